import { StoreUnavailableError } from '../../grants/errors.ts';

/**
 * Gives what `work` gives.
 *
 * @param isUnavailable tells from an error that the database is to blame, and not what was asked of it
 * @throws {@link StoreUnavailableError} where it is; `work`'s own error else
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
