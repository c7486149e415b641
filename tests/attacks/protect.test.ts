import { attackSuite } from './suite.ts';

attackSuite('protect');
