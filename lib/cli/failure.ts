import { SettingsError } from '../config/settings.ts';
import { printable } from '../report/safe-text.ts';
import { isForOperator } from '../wiring.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** The command was called in a way that cannot be meant; the message says what to write instead. */
export class UsageError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** It cannot be done as things are; the message says what is in the way and what to do. */
export class CannotDoError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CannotDoError';
  }
}

export const exitCodeOf = (error: unknown): ExitCode =>
  error instanceof UsageError || error instanceof SettingsError ? exitCodes.wrongUse : exitCodes.couldNot;

const isForReader = (error: unknown): error is Error =>
  error instanceof UsageError ||
  error instanceof CannotDoError ||
  error instanceof SettingsError ||
  isForOperator(error);

/** Longer lines are a server's or a file's, and not worth more. */
const lineColumnsMax = 2_000;

/** What to print on stderr: the message, whose foreign parts must not act on the terminal; the stack only when asked. */
export const failureText = (error: unknown, { isDebug }: { readonly isDebug: boolean }): string => {
  const message = isForReader(error) ? error.message : unexpected(error, isDebug);
  const text = isDebug && error instanceof Error ? `${message}\n\n${stackOf(error)}` : message;
  return text
    .split('\n')
    .map((line) => printable(line, lineColumnsMax))
    .join('\n');
};

const unexpected = (error: unknown, isDebug: boolean): string => {
  const reason = error instanceof Error ? error.message : String(error);
  const next = isDebug ? 'Please report it with what follows.' : 'Run it again with --debug for the details.';
  return `This should not have happened, and is a fault of tokenwatch: ${reason}\n${next}`;
};

const stackOf = (error: Error): string => {
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\nCaused by: ${stackOf(error.cause)}` : stack;
};
