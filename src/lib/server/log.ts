/**
 * What a log line may carry, by name. Nothing a member writes has a name here: no body, no query
 * string, no address of a person, no message of the database.
 */
const FIELDS = new Set([
	'actions',
	'address',
	'address_changes',
	'breaches',
	'bytes',
	'channels',
	'code',
	'contributions',
	'count',
	'feedbacks',
	'folder',
	'forgotten',
	'goals',
	'invitations',
	'method',
	'milliseconds',
	'mode',
	'name',
	'operations',
	'part',
	'pid',
	'port',
	'reason',
	'reminders',
	'reviews',
	'route',
	'sessions',
	'sign_ins',
	'signal',
	'sockets',
	'status',
	'version'
]);

/** Codes, numbers, addresses and folder names pass; anything with a space could be a sentence. */
const WORD = /^[\w.:/[\]@-]{1,120}$/;

export type Fields = Readonly<Record<string, unknown>>;

/** Writes one event; fields that are not on the list, or hold more than a word, are left out. */
export type Log = (event: string, fields?: Fields) => void;

/** Opens a log of one JSON object a line. `write` gets the line with its newline. */
export function openLog(
	write: (line: string) => void = (line) => process.stdout.write(line),
	now: () => Date = () => new Date()
): Log {
	return (event, fields = {}) => {
		const kept = Object.entries(fields).filter(
			([name, value]) => FIELDS.has(name) && isWord(value)
		);
		write(JSON.stringify({ at: now().toISOString(), event, ...Object.fromEntries(kept) }) + '\n');
	};
}

function isWord(value: unknown): boolean {
	if (typeof value === 'string') return WORD.test(value);
	return typeof value === 'number' || typeof value === 'boolean';
}

/** The stable code of an error (`ENOSPC`, an SQLSTATE), or `unknown`. Never its message. */
export function codeOf(error: unknown): string {
	if (typeof error === 'object' && error !== null && 'code' in error) {
		const { code } = error;
		if (typeof code === 'string' && WORD.test(code)) return code;
	}
	return 'unknown';
}
