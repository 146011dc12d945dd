/** Requests to the server of this page, and what it answers when it will not. */

export interface Session {
  user: { name: string; roles: string[] } | null;
  demo: boolean;
  csrf: string;
  version: string;
  tlp: string;
  synthetic: boolean;
}

const ORDER = ['reader', 'analyst', 'approver', 'admin'];

/** An answer that is not what was asked for, in the words of the server (RFC 9457). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

let csrf = '';

export function useCsrf(token: string): void {
  csrf = token;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(path, { headers: { accept: 'application/json' }, signal });
  if (!answer.ok) throw await refusal(answer);
  return (await answer.json()) as T;
}

export async function send(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(path, {
    method,
    headers: {
      accept: 'application/json',
      'x-csrf-token': csrf,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw await refusal(answer);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

async function refusal(answer: Response): Promise<Refusal> {
  let said = '';
  try {
    const problem = await answer.json();
    if (typeof problem.detail === 'string') said = problem.detail;
    else if (typeof problem.title === 'string') said = problem.title;
  } catch {
    // not JSON: the status has to do
  }
  return new Refusal(answer.status, said || `The server answered ${answer.status} ${answer.statusText}`.trim());
}

/** Whether a session may do what `role` may. */
export function may(session: Session | null, role: string): boolean {
  if (!session?.user || session.demo) return false;
  const need = ORDER.indexOf(role);
  return session.user.roles.some((held) => ORDER.indexOf(held) >= need);
}

/** Why it may not, for a button that is shut; empty if it may. */
export function why(session: Session | null, role: string): string {
  if (may(session, role)) return '';
  if (session?.demo) return 'The demonstration is read-only';
  return session?.user ? `Needs the role ${role}` : `Sign in as ${role} to do this`;
}
