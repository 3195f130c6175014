import { sqlite } from '../../support/races/databases.ts';
import { describeRaces } from './races.ts';

describeRaces(sqlite);
