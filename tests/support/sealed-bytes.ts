import type { Page } from '@playwright/test';

/** What a phone keeps of a member, as it lies on its disk: enough of each record to find it by. */
export interface SealedBytes {
	/** Rows, drafts, changes that wait, the sign-in: the names of their stores. */
	readonly store: string;
	readonly bytes: Buffer;
}

/** Sealed records begin with a number that is used once: so many bytes are found nowhere by chance. */
const ENOUGH = 32;

export async function sealedBytes(page: Page): Promise<SealedBytes[]> {
	const kept = await page.evaluate(async (enough) => {
		const records = await window.disk.raw();
		return records.flatMap(({ store, value }) =>
			value instanceof Uint8Array ? [{ store, bytes: [...value.slice(0, enough)] }] : []
		);
	}, ENOUGH);
	return kept.map(({ store, bytes }) => ({ store, bytes: Buffer.from(bytes) }));
}

/** Those of before that nothing holds any more. */
export function gone(before: readonly SealedBytes[], now: readonly SealedBytes[]): SealedBytes[] {
	return before.filter(({ bytes }) => !now.some((one) => one.bytes.equals(bytes)));
}
