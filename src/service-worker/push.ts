/**
 * What the worker says of a push. It stands here and not in the messages: these would bring the whole
 * of what translates them into a worker that starts for each push.
 */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	fr: {
		week: 'Une séance approche.',
		day: 'Une séance a lieu très bientôt.',
		after: 'Vos engagements vous attendent.',
		charter: 'Une charte attend votre signature.',
		other: 'Quelque chose vous attend.'
	},
	en: {
		week: 'A session is coming up.',
		day: 'A session takes place very soon.',
		after: 'Your commitments await you.',
		charter: 'A charter awaits your signature.',
		other: 'Something awaits you.'
	}
};

export interface Shown {
	title: string;
	options: { body: string; tag: string; lang: string; icon: string; badge: string };
}

/**
 * The notification of a push. A push must always be shown: one that cannot be read is as general as
 * it can be. Two of a kind replace each other.
 */
export function shown(text: string | undefined): Shown {
	const { kind, language } = parse(text);
	const lang = typeof language === 'string' && Object.hasOwn(words, language) ? language : 'fr';
	const known = words[lang] ?? {};
	const tag = typeof kind === 'string' && Object.hasOwn(known, kind) ? kind : 'other';
	const body = known[tag] ?? '';
	const icon = '/icons/icon-192.png';
	return { title: 'Cercle', options: { body, tag: `cercle-${tag}`, lang, icon, badge: icon } };
}

function parse(text: string | undefined): { kind?: unknown; language?: unknown } {
	try {
		const content: unknown = JSON.parse(text ?? '');
		return typeof content === 'object' && content !== null ? content : {};
	} catch {
		return {};
	}
}
