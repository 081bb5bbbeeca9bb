import { edit } from '#lib/changes/edit.ts';
import type { Intent } from '#lib/changes/intent.ts';
import type { Kind } from '#lib/changes/kinds.ts';
import type { Meaning } from '#lib/changes/meaning.ts';
import type { Row } from '#lib/data/rows.ts';

/** What the kinds of change of a profile mean. */
export const meanings = {
	'profile.write': {
		fields: ['name', 'language'],
		subject: 'profile',
		words: ['name']
	}
} as const satisfies Partial<Record<Kind, Meaning>>;

export function writeProfile(
	profile: Row<'profiles'>,
	changes: { name?: string; language?: 'fr' | 'en' }
): Intent {
	const { id, name, language } = profile;
	return edit('profile.write', id, changes, { name, language });
}
