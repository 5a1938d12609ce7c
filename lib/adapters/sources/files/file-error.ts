/** Recorded logs cannot be read at all; the message names the file, the reason and what to do. */
export class FileError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'FileError';
  }
}

/** The file is something else than a log: no matter where a whole folder was named, an error where the file was. */
export class NotALog extends FileError {
  constructor(message: string) {
    super(message);
    this.name = 'NotALog';
  }
}
