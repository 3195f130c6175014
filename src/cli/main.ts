#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before loading anything else, so that Node reuses compiled code at the next start.
enableCompileCache();
const { runProgram } = await import('./program.ts');
await runProgram();
