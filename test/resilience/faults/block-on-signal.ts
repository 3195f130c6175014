// Loaded before a service: at SIGUSR2 it stops the event loop for as long as EVERGRANT_TEST_BLOCK_MS says, the way a
// long computation would.
const ms = Number(process.env['EVERGRANT_TEST_BLOCK_MS']);
process.on('SIGUSR2', () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
});
