/**
 * The organization or account that a log is of, for links and commands. Records in files seldom say whose they are; a
 * place was kept for the name then, which is nobody's and must not be written into a command.
 */
const unnamed = 'file';

/** Of `pulumi:acme`: acme. Undefined where the log did not say and nobody else did. */
export const organizationOf = (source: string): string | undefined => {
  const name = source.slice(source.indexOf(':') + 1);
  return name === unnamed || name === '' ? undefined : name;
};
