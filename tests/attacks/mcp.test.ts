import { attackSuite } from './suite.ts';

attackSuite('mcp');
