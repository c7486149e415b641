import { hostOf, isRefusedUrl, readUrl } from '../network/url.ts';
import { pythonModule } from '../skills/python-module.ts';
import { wordsOf } from './argv.ts';
import type { Need, NeedKind } from './need.ts';

/**
 * The need that a kind and a resource as a person writes it mean: a path, a URL or host, a command, `server/tool`,
 * `module:function`, else a name. @returns why there is none, as the end of a sentence, where that is so.
 */
export function needOf(kind: NeedKind, resource: string): Need | { readonly problem: string } {
  switch (kind) {
    case 'file.read':
    case 'file.write':
      return { kind, path: resource };
    case 'skill.run':
      return { kind, skill: resource };
    case 'skill.write':
      return { kind, skill: resource, act: 'apply' };
    case 'exec': {
      const argv = wordsOf(resource);
      return argv === undefined || argv.length === 0 ? { problem: 'it is no command' } : { kind, argv };
    }
    case 'net': {
      if (!resource.includes('://')) return { kind, host: resource };
      const url = readUrl(resource);
      return isRefusedUrl(url) ? { problem: url.refused } : { kind, host: hostOf(url) };
    }
    case 'mcp': {
      const [, server = '', tool = ''] = /^([^/]+)\/(.+)$/.exec(resource) ?? [];
      return server === '' ? { problem: 'it is not "server/tool"' } : { kind, server, tool };
    }
    case 'python': {
      const [, module = '', name = ''] = /^(.+):([^:]+)$/.exec(resource) ?? [];
      return module === ''
        ? { problem: 'it is not "module:function"' }
        : { kind, module: pythonModule(module), function: name };
    }
    case 'secret':
      return { kind, name: resource };
    case 'recall':
    case 'index':
      return { kind, source: resource };
    case 'eval':
      return { kind };
  }
}
