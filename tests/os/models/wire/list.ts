import { anthropic } from './anthropic.ts';
import { google } from './google.ts';
import { openai } from './openai.ts';
import { openAiCompatible } from './openai-compatible.ts';
import type { Wire } from './server.ts';

/** Every provider's form on the wire. */
export const WIRES: readonly Wire[] = [openAiCompatible, openai, anthropic, google];
