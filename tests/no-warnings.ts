/** A warning of the process (a leak of listeners, something deprecated or experimental) fails the suite. */
process.on('warning', (warning) => {
  throw warning;
});
