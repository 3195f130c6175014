import { StoreUnavailableError } from '../../grants/errors.ts';

/**
 * Resolves to the result of `work`.
 *
 * @param isUnavailable whether an error is the database's fault, and not the statement's
 * @throws {@link StoreUnavailableError} where it is; otherwise `work`'s own error
 */
export async function orUnavailable<Result>(
  work: Promise<Result>,
  isUnavailable: (error: unknown) => boolean,
): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw isUnavailable(cause) ? new StoreUnavailableError(cause) : cause;
  }
}
