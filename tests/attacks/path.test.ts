import { attackSuite } from './suite.ts';

attackSuite('path');
