const TAGS = { fr: 'fr-FR', en: 'en-GB' } as const;

/** The month of a moment, "mars"; with its year when that is not the year of `now`, "mars 2025". */
export function month(at: number, now: number, zone: string, language: 'fr' | 'en'): string {
	const write = (moment: number, options: Intl.DateTimeFormatOptions) =>
		new Intl.DateTimeFormat(TAGS[language], { timeZone: zone, ...options }).format(moment);
	const year = { year: 'numeric' } as const;
	const same = write(at, year) === write(now, year);
	return write(at, { month: 'long', ...(same ? {} : year) });
}
