/** What a part measured, to be held against the same of another commit. */
export interface Figure {
	what: string;
	value: number;
	unit: 'ms' | 'kB' | 'signals' | 's';
}

/** The value that `share` of all values (0.5, 0.95…) do not exceed; NaN for none. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function ms(value: number): string {
	return `${value.toFixed(1)} ms`;
}

/** One line: what it is, then median and p95 of its values in ms. */
export function line(what: string, values: readonly number[]): string {
	const [median, p95] = [quantile(values, 0.5), quantile(values, 0.95)].map(ms);
	return `  ${what.padEnd(34)} median ${median}, p95 ${p95}`;
}

/** How many times larger the first is. */
export function times(larger: number, smaller: number): string {
	return `× ${(larger / smaller).toFixed(1)}`;
}
