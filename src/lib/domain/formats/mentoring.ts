import type { Format, Template } from './format.ts';

const checkIn: Template = {
	kind: 'check_in',
	label: { fr: 'Prise de nouvelles', en: 'Check-in' },
	minutes: 10,
	least: 5,
	scope: 'once',
	speakers: 'everyone',
	rule: 'free'
};

const challenge: Template = {
	kind: 'challenge',
	label: { fr: 'Défi principal', en: 'Main challenge' },
	minutes: 30,
	least: 20,
	scope: 'presenter',
	speakers: 'everyone',
	rule: 'questions_only'
};

const advice: Template = {
	kind: 'advice',
	label: { fr: 'Conseils', en: 'Advice' },
	minutes: 15,
	least: 10,
	scope: 'presenter',
	speakers: 'everyone',
	rule: 'experience'
};

const actions: Template = {
	kind: 'actions',
	label: { fr: 'Prochaines actions', en: 'Next actions' },
	minutes: 5,
	least: 3,
	scope: 'once',
	speakers: 'everyone',
	rule: 'one_each'
};

/** One mentor, one mentee, an hour. Documented: 10, 30, 15, 5. */
export const mentoring: Format = {
	key: 'mentoring',
	name: { fr: 'Mentorat', en: 'Mentoring' },
	presenters: 1,
	templates: [checkIn, challenge, advice, actions]
};

/** The mentee is in another company; every two months. */
export const mentoringExternal: Format = {
	key: 'mentoring-external',
	name: { fr: 'Mentorat externe', en: 'External mentoring' },
	presenters: 1,
	templates: [{ ...checkIn, minutes: 5, least: 3 }, { ...challenge, minutes: 20 }, advice, actions]
};

/** The junior mentors on a theme of learning; the presenter, who owns the actions, is the senior. */
export const reverseMentoring: Format = {
	key: 'reverse-mentoring',
	name: { fr: 'Mentorat inversé', en: 'Reverse mentoring' },
	presenters: 1,
	templates: [
		checkIn,
		{ ...challenge, label: { fr: 'Thème d’apprentissage', en: 'Learning theme' } },
		advice,
		{ ...actions, label: { fr: 'Actions du senior', en: 'The senior’s actions' } }
	]
};

/** One mentor, several mentees, who share one challenge: nobody presents alone. */
export const groupMentoring: Format = {
	key: 'group-mentoring',
	name: { fr: 'Mentorat de groupe', en: 'Group mentoring' },
	presenters: 0,
	templates: [
		{
			kind: 'round',
			label: { fr: 'Tour de questions', en: 'Round of questions' },
			minutes: 20,
			least: 12,
			scope: 'once',
			speakers: 'everyone',
			rule: 'one_each'
		},
		{
			...challenge,
			label: { fr: 'Défi partagé', en: 'Shared challenge' },
			minutes: 25,
			least: 18,
			scope: 'once',
			rule: 'experience'
		},
		{
			kind: 'learning',
			label: { fr: 'Tour des apprentissages', en: 'Learning round' },
			minutes: 10,
			least: 6,
			scope: 'once',
			speakers: 'everyone',
			rule: 'one_each'
		},
		actions
	]
};
