/** One condition of a text of SQL: where it begins and where it ends. */
export interface Clause {
	from: number;
	to: number;
}

const BEGINS = new Set(['where', 'and', 'or', 'not', 'on', 'when']);
const ENDS = new Set([
	...['and', 'or', 'where', 'group', 'order', 'limit', 'union', 'join', 'left', 'cross', 'for'],
	...['then', 'else', 'when', 'end', 'except', 'loop', 'returning', '$function$']
]);
const CHOOSES = new Set(['least', 'greatest', 'coalesce']);
const TOKEN = /'(?:[^']|'')*'|--[^\n]*|\$\w*\$|\w+|\s+|./gsu;

interface Token {
	text: string;
	at: number;
	/** How many parentheses are open around it. */
	depth: number;
}

/**
 * Every condition in a text of SQL, the nested ones too, each once: what follows `where`, `and`, `or`, `not`,
 * `on` or `when`, and what stands in parentheses there.
 */
export function clausesOf(sql: string): Clause[] {
	const tokens = tokensOf(sql);
	const clauses: Clause[] = [];
	let expecting = false;
	for (const [turn, { text, at }] of tokens.entries()) {
		if (expecting && text !== 'select' && text !== 'exists' && text !== 'not') {
			clauses.push({ from: at, to: endOf(tokens, turn) });
		} else if (expecting && text === 'exists') {
			clauses.push({ from: at, to: endOf(tokens, turn) });
		}
		expecting = BEGINS.has(text) || (expecting && text === '(');
	}
	// A condition and the parentheses around it are one.
	return clauses.filter(
		({ from, to }) => !clauses.some((one) => one.from === from + 1 && one.to === to - 1)
	);
}

/** Every argument of what takes the first, the least or the greatest of several, with its comma. */
export function choicesOf(sql: string): Clause[] {
	const tokens = tokensOf(sql);
	return tokens.flatMap(({ text }, turn) => {
		const open = tokens[turn + 1];
		if (!CHOOSES.has(text) || open?.text !== '(') return [];
		const inside = tokens.slice(turn + 2);
		const close = inside.findIndex(({ depth }) => depth === open.depth);
		const commas = inside.slice(0, close).filter((token) => {
			return token.text === ',' && token.depth === open.depth + 1;
		});
		const ends = [...commas.map(({ at }) => at), inside[close]!.at];
		return ends.map((end, argument) =>
			argument === 0 ? { from: open.at + 1, to: end + 1 } : { from: ends[argument - 1]!, to: end }
		);
	});
}

function tokensOf(sql: string): Token[] {
	let depth = 0;
	const tokens: Token[] = [];
	for (const { 0: text, index } of sql.matchAll(TOKEN)) {
		if (/^(\s|--)/.test(text)) continue;
		if (text === ')') depth -= 1;
		tokens.push({ text: text.toLowerCase(), at: index, depth });
		if (text === '(') depth += 1;
	}
	return tokens;
}

/** Where the condition that begins with this token ends: before a keyword or a `)` of its depth. */
function endOf(tokens: readonly Token[], turn: number): number {
	const { depth } = tokens[turn]!;
	let between = false;
	let last = tokens[turn]!;
	for (const token of tokens.slice(turn)) {
		const { text } = token;
		if (token.depth < depth) break;
		if (token.depth === depth) {
			if (text === 'and' && between) between = false;
			else if (text === ';' || ENDS.has(text)) break;
			if (text === 'between') between = true;
		}
		last = token;
	}
	return last.at + last.text.length;
}
