import { attackSuite } from './suite.ts';

attackSuite('net');
