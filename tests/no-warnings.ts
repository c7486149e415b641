/** A warning of the process (a leak of listeners, something deprecated or experimental) fails the suite. */
function refuse(warning: Error): never {
  throw warning;
}

/** Files that share a process share the listener. */
if (!process.listeners('warning').some((listener) => listener.name === refuse.name)) process.on('warning', refuse);
