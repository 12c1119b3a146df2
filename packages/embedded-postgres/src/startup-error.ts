/** The stack cannot start for a reason its user can act on: the message is the one sentence to show, without a stack. */
export class StartupError extends Error {
  override readonly name = "StartupError";
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  ENOENT: "a folder cannot be made there",
  EROFS: "it is on a read-only file system",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a file of that name is in the way",
};

/** A file system error of the data folder as one sentence; anything unexpected is given back as it is. */
export function explainFileError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = reasons[code];
  if (reason === undefined) return error;
  return new StartupError(`The data folder ${folder} cannot be used: ${reason}.`, { cause: error });
}
