/** The one language that has an address of its own: French is at the root. */
export function match(param: string): param is 'en' {
	return param === 'en';
}
