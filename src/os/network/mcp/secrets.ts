import { OpError } from '../../op-error.ts';
import { SECRET_REFERENCE } from '../../secrets/port.ts';

/**
 * Values of a server's configuration with `${secret:NAME}` filled in.
 * @throws OpError `not_configured` when a secret of that name is not stored.
 */
export function withSecrets(
  values: Readonly<Record<string, string>>,
  secret: (name: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      value.replaceAll(SECRET_REFERENCE, (_reference, name: string) => {
        const found = secret(name);
        if (found !== undefined) return found;
        throw new OpError(
          'not_configured',
          `it needs the secret "${name}", which is not stored; \`reyn secrets set ${name}\` stores it`,
        );
      }),
    ]),
  );
}
