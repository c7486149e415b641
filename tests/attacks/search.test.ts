import { attackSuite } from './suite.ts';

attackSuite('search');
