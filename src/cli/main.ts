#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before anything else is loaded: whatever Node has compiled once, it need not compile at the next start.
enableCompileCache();
const { runProgram } = await import('./program.ts');
await runProgram();
