/** Parts that stand in for the world in tests: shipped, named, and used by this project's own tests. */
export { type Clock, simulatedClock } from './os/clock.ts';
export { countingDisk, type Disk, nodeDisk } from './os/disk.ts';
export { type Ids, seededIds } from './os/ids.ts';
export { type ScriptedModel, type ScriptedOptions, scriptedModel } from './os/models/scripted.ts';
export { type TestNetworkOptions, testNetwork, testWays } from './os/network/test-network.ts';
