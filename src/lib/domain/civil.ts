/** A moment as rows and clocks give it: an ISO string, milliseconds since 1970, or a Date. */
export type Moment = string | number | Date;

/** What a moment is called, part by part, in a language with its country (`fr-FR`). */
export function parts(
	moment: Moment,
	tag: string,
	options: Intl.DateTimeFormatOptions
): Partial<Record<Intl.DateTimeFormatPartTypes, string>> {
	const format = new Intl.DateTimeFormat(tag, options);
	return Object.fromEntries(format.formatToParts(new Date(moment)).map((p) => [p.type, p.value]));
}

/** The civil date of a moment in a time zone, as `2026-11-26`. */
export function civilDate(moment: Moment, zone: string): string {
	// It answers at once; Intl, asked for the first time, keeps a phone busy for a tenth of a second.
	if ('Temporal' in globalThis) {
		const instant = Temporal.Instant.fromEpochMilliseconds(new Date(moment).getTime());
		return instant.toZonedDateTimeISO(zone).toPlainDate().toString();
	}
	const own = parts(moment, 'en-GB', {
		timeZone: zone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit'
	});
	return `${(own.year ?? '').padStart(4, '0')}-${own.month}-${own.day}`;
}

/** Days from one civil date to another (both `2026-11-26`): negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
	return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
