/** At most two initials of a person's name, in capitals: "Ana-Lou de Brito" gives "AB". */
export function initials(name: string): string {
	const words = name.trim().split(/\s+/u);
	const first = words[0] ?? '';
	const last = words.length > 1 ? (words.at(-1) ?? '') : '';
	return [first, last].map((word) => ([...word][0] ?? '').toLocaleUpperCase()).join('');
}
