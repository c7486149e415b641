import { attackSuite } from './suite.ts';

attackSuite('special');
