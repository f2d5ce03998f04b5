/** Calls to the program's own server. Paths are relative to the page, whose address holds the token. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly advice: string,
  ) {
    super(message);
  }
}

async function answered(response: Response): Promise<Response> {
  if (response.ok) return response;
  let message = `${response.status} ${response.statusText}`;
  let advice = "";
  try {
    const said = (await response.json()) as { error?: string; advice?: string };
    message = said.error ?? message;
    advice = said.advice ?? "";
  } catch {
    // Not an answer of ours: the status line is all there is to tell.
  }
  throw new ApiError(response.status, message, advice);
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await answered(await fetch(`./api/${path}`, signal ? { signal } : {}))).json()) as T;
}

export async function getOctets(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await answered(await fetch(`./api/${path}`))).arrayBuffer());
}

export async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const request: RequestInit = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  if (signal) request.signal = signal;
  return (await (await answered(await fetch(`./api/${path}`, request))).json()) as T;
}
