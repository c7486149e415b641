/** Loaded into a program before it starts: every write takes at most `REYN_TEST_SHORT` bytes, as a system may. */
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const most = Number(process.env.REYN_TEST_SHORT);
const writeSync = fs.writeSync;
fs.writeSync = (fd, data, offset = 0, length = data.length - offset, position = null) =>
  typeof data === 'string' || typeof offset !== 'number'
    ? writeSync(fd, data, offset, length)
    : writeSync(fd, data, offset, Math.min(length, most), position);
syncBuiltinESMExports();
