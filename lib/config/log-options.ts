import { baseUrlDefault } from './base-url.ts';
import type { Settings } from './settings.ts';

/**
 * For each source the options by which a command reads its log without a settings file. A source that is not here needs no
 * more than its name; a self-hosted one must not be asked for at the vendor's own address.
 */
export const logOptions = ({ sources }: Pick<Settings, 'sources'>): ReadonlyMap<string, readonly string[]> =>
  new Map(
    sources.flatMap((source) =>
      source.kind === 'pulumi' && source.baseUrl !== baseUrlDefault
        ? [[source.name, ['--organization', source.organization, '--base-url', source.baseUrl]] as const]
        : [],
    ),
  );
