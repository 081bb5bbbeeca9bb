/** The tables that a pull asks for, by name; `all`: every one, those without rows here too. */
export type Scope = readonly string[] | 'all';

/** What is asked for by one or the other. */
export function joined(one: Scope, other: Scope): Scope {
	if (one === 'all' || other === 'all') return 'all';
	return [...new Set([...one, ...other])];
}
