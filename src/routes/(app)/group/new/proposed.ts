import * as m from '#lib/paraglide/messages.js';

/** The charter proposed to a group that begins, in the founder's language: theirs to change. */
export function proposedCharter(): string {
	return [
		m.group_article_secret(),
		m.group_article_presence(),
		m.group_article_experience(),
		m.group_article_selling(),
		m.group_article_commitments(),
		m.group_article_rotation(),
		m.group_article_trial(),
		m.group_article_leaving()
	].join('\n\n');
}
