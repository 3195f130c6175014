import { sqlite } from './databases.ts';
import { describeRaces } from './races.ts';

describeRaces(sqlite);
