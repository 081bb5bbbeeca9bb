import type { Format } from './format.ts';

/** Every member is client in turn; while the others consult, the client turns away and listens. */
export const wiseCrowds: Format = {
	key: 'wise-crowds',
	name: { fr: 'Foules avisées', en: 'Wise crowds' },
	presenters: 0,
	templates: [
		{
			kind: 'present',
			label: { fr: 'Présentation', en: 'Presentation' },
			minutes: 2,
			least: 2,
			scope: 'member',
			speakers: 'presenter',
			rule: 'listen'
		},
		{
			kind: 'clarify',
			label: { fr: 'Clarification', en: 'Clarification' },
			minutes: 3,
			least: 2,
			scope: 'member',
			speakers: 'everyone',
			rule: 'questions_only'
		},
		{
			kind: 'consult',
			label: { fr: 'Consultation, dos tourné', en: 'Consultation, back turned' },
			minutes: 8,
			least: 5,
			scope: 'member',
			speakers: 'others',
			rule: 'free'
		},
		{
			kind: 'feedback',
			label: { fr: 'Retour', en: 'Feedback' },
			minutes: 2,
			least: 1,
			scope: 'member',
			speakers: 'presenter',
			rule: 'brief'
		}
	]
};

/** Three people, three rounds. In a larger group the threes sit apart and share the clock. */
export const troika: Format = {
	key: 'troika',
	name: { fr: 'Troïka', en: 'Troika' },
	presenters: 3,
	templates: [
		{
			kind: 'reflect',
			label: { fr: 'Réflexion', en: 'Reflection' },
			minutes: 1,
			least: 1,
			scope: 'presenter',
			speakers: 'nobody',
			rule: 'silence'
		},
		{
			kind: 'share',
			label: { fr: 'Partage', en: 'Sharing' },
			minutes: 2,
			least: 1,
			scope: 'presenter',
			speakers: 'presenter',
			rule: 'listen'
		},
		{
			kind: 'clarify',
			label: { fr: 'Clarification', en: 'Clarification' },
			minutes: 2,
			least: 1,
			scope: 'presenter',
			speakers: 'everyone',
			rule: 'questions_only'
		},
		{
			kind: 'consult',
			label: { fr: 'Consultation, dos tourné', en: 'Consultation, back turned' },
			minutes: 5,
			least: 4,
			scope: 'presenter',
			speakers: 'others',
			rule: 'free'
		},
		{
			kind: 'feedback',
			label: { fr: 'Retour', en: 'Feedback' },
			minutes: 2,
			least: 1,
			scope: 'presenter',
			speakers: 'presenter',
			rule: 'brief'
		}
	]
};

/** Co-development: the order of the segments is the method; the minutes are proposed. */
export const codev: Format = {
	key: 'codev',
	name: { fr: 'Codéveloppement', en: 'Co-development' },
	presenters: 1,
	templates: [
		{
			kind: 'pitch',
			label: { fr: 'Choix du sujet', en: 'Choice of the topic' },
			minutes: 5,
			least: 3,
			scope: 'once',
			speakers: 'everyone',
			rule: 'brief'
		},
		{
			kind: 'present',
			label: { fr: 'Exposé', en: 'Account' },
			minutes: 10,
			least: 7,
			scope: 'presenter',
			speakers: 'presenter',
			rule: 'listen'
		},
		{
			kind: 'clarify',
			label: { fr: 'Clarification', en: 'Clarification' },
			minutes: 20,
			least: 12,
			scope: 'presenter',
			speakers: 'everyone',
			rule: 'questions_only'
		},
		{
			kind: 'contract',
			label: { fr: 'Contrat', en: 'Contract' },
			minutes: 5,
			least: 3,
			scope: 'presenter',
			speakers: 'presenter',
			rule: 'brief'
		},
		{
			kind: 'consult',
			label: { fr: 'Consultation', en: 'Consultation' },
			minutes: 30,
			least: 20,
			scope: 'presenter',
			speakers: 'others',
			rule: 'free'
		},
		{
			kind: 'synthesis',
			label: { fr: 'Synthèse et plan d’action', en: 'Synthesis and action plan' },
			minutes: 10,
			least: 7,
			scope: 'presenter',
			speakers: 'presenter',
			rule: 'listen'
		},
		{
			kind: 'learning',
			label: { fr: 'Apprentissages', en: 'Learning' },
			minutes: 10,
			least: 5,
			scope: 'once',
			speakers: 'everyone',
			rule: 'one_each'
		}
	]
};

/** Only honest questions, for one person who looks for their own answer. */
export const clearness: Format = {
	key: 'clearness',
	name: { fr: 'Comité de clarté', en: 'Clearness committee' },
	presenters: 1,
	templates: [
		{
			kind: 'silence',
			label: { fr: 'Silence', en: 'Silence' },
			minutes: 5,
			least: 3,
			scope: 'once',
			speakers: 'nobody',
			rule: 'silence'
		},
		{
			kind: 'statement',
			label: { fr: 'Exposé', en: 'Statement' },
			minutes: 15,
			least: 10,
			scope: 'presenter',
			speakers: 'presenter',
			rule: 'listen'
		},
		{
			kind: 'questions',
			label: { fr: 'Questions seulement', en: 'Questions only' },
			minutes: 60,
			least: 40,
			scope: 'presenter',
			speakers: 'everyone',
			rule: 'questions_only'
		},
		{
			kind: 'mirroring',
			label: { fr: 'Miroir', en: 'Mirroring' },
			minutes: 15,
			least: 10,
			scope: 'presenter',
			speakers: 'others',
			rule: 'free'
		}
	]
};
