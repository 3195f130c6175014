/** The parameters of a request by name. Parameters that the fake does not know are included, and ignored. */
export type Parameters = ReadonlyMap<string, unknown>;

/**
 * Reads the parameters of a form or a JSON object, depending on the content type; undefined if the body is neither, or
 * repeats a form field. A form field whose name ends in `[]` becomes a list.
 */
export async function readParameters(request: Request): Promise<Parameters | undefined> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const text = await request.text();
  if (type === 'application/x-www-form-urlencoded') return fromForm(new URLSearchParams(text));
  return type === 'application/json' ? fromJson(text) : undefined;
}

/** The parameter as text; undefined if it is missing, empty or not text. */
export function textOf(parameters: Parameters, name: string): string | undefined {
  const value = parameters.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fromForm(form: URLSearchParams): Parameters | undefined {
  const parameters = new Map<string, unknown>();
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    if (name.endsWith('[]')) parameters.set(name.slice(0, -2), values);
    else if (values.length > 1) return undefined;
    else parameters.set(name, values[0]);
  }
  return parameters;
}

function fromJson(text: string): Parameters | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return isObject ? new Map(Object.entries(body)) : undefined;
  } catch {
    return undefined;
  }
}
