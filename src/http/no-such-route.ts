import { nearestOf } from '../nearest.ts';
import type { Route } from './endpoint.ts';
import { withoutLastSlash } from './paths.ts';
import { ProblemError } from './response/problem.ts';

const LONGEST_COMPARED = 200;

/**
 * The problem with a request that no route serves: 405 if its path is served with other methods, else 404 with the path
 * that was probably meant.
 *
 * @param path as the router sees it: decoded, without its last slash
 */
export function noSuchRoute(routes: readonly Route[], method: string, path: string): ProblemError {
  const methods = [...new Set(routes.filter((route) => isServedAt(route.path, path)).map((route) => route.method))];
  if (methods.length === 0) return notFound(routes, path);
  const allow = methods.join(', ');
  return new ProblemError(405, 'method_not_allowed', `${method} is not served here; ${allow} is.`, {
    headers: { allow },
  });
}

function notFound(routes: readonly Route[], path: string): ProblemError {
  const meant = meantPath(routes, path);
  const advice = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return new ProblemError(404, 'not_found', `Nothing is served here.${advice} /docs lists what is.`);
}

/** The path of a route as the documents show it, so that nothing of the request comes back. */
function meantPath(routes: readonly Route[], path: string): string | undefined {
  const single = withoutLastSlash(path.replaceAll(/\/{2,}/g, '/'));
  // An empty segment may stand where a name is missing.
  const served =
    routes.find((route) => fits(route.path, withoutLastSlash(path))) ??
    routes.find((route) => isServedAt(route.path, single));
  if (served !== undefined) return shown(served);
  if (single.length > LONGEST_COMPARED) return undefined;
  const documented = routes.filter(({ definition }) => definition !== undefined);
  const candidates = documented.map((route) => ({ route, path: filledIn(route.path, single) }));
  const nearest = nearestOf(
    single.toLowerCase(),
    candidates.map((each) => each.path),
  );
  const found = candidates.find((each) => each.path === nearest);
  return found && shown(found.route);
}

function shown({ path, definition }: Route): string {
  return definition?.path ?? path.replaceAll(/:(\w+)/g, '{$1}');
}

/** The route's path with the segments that were asked for in the place of its parameters. */
function filledIn(routePath: string, path: string): string {
  const asked = path.toLowerCase().split('/');
  return routePath
    .split('/')
    .map((part, index) => (part.startsWith(':') ? (asked[index] ?? part) : part))
    .join('/');
}

/** Whether a route serves `path`. `:name` in `routePath` matches any segment but an empty one. */
function isServedAt(routePath: string, path: string): boolean {
  return (
    fits(routePath, path) &&
    !path
      .slice(1)
      .split('/')
      .includes('', path === '/' ? 1 : 0)
  );
}

function fits(routePath: string, path: string): boolean {
  const [parts, asked] = [routePath.split('/'), path.split('/')];
  return parts.length === asked.length && parts.every((part, index) => part.startsWith(':') || part === asked[index]);
}
