/** An answer in plain words: what a call costs is mostly what is wrapped around it. */
export interface Answer {
	status: number;
	headers: Readonly<Record<string, string>>;
	/** Empty: none. */
	body: string;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** An answer that is a JSON text already. */
export function json(status: number, body: string, headers?: Record<string, string>): Answer {
	return { status, headers: headers ? { ...JSON_TYPE, ...headers } : JSON_TYPE, body };
}

/** A refusal in the four fields of PostgREST; its words are ours, never the database's. */
export function problem(
	status: number,
	code: string,
	message: string,
	headers?: Record<string, string>
): Answer {
	const body = JSON.stringify({ code, message, details: null, hint: null });
	return json(status, body, headers);
}

/** The same for those who speak in web objects. */
export function asResponse({ status, headers, body }: Answer): Response {
	return new Response(body === '' ? null : body, { status, headers });
}
