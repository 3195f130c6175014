import { flushCompileCache } from 'node:module';
import { loadConfig } from '../../../src/config/index.ts';
import { createEvergrant } from '../../../src/composition/evergrant.ts';
import { listen } from '../../../src/http/server/serve.ts';

// A service by its environment; prints its URL once it serves, and runs until it is killed.
const { config, secrets } = loadConfig(process.env);
const listening = await listen(config);
const evergrant = await createEvergrant({ config: { ...config, publicUrl: listening.url }, secrets });
listening.serve(evergrant);
console.log(listening.url);
// Whoever is killed leaves no cache behind.
flushCompileCache();
