/**
 * Kind of an IP address as text: 4, 6, or 0 for anything else. As the platform reads it; its network module, which
 * loads much besides, is loaded when first asked.
 */
export function isIP(text: string): 0 | 4 | 6 {
  return process.getBuiltinModule('node:net').isIP(text) as 0 | 4 | 6;
}
