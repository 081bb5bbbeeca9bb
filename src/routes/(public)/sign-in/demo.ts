/** The people of the demo group, as the demo server makes them. Known to everybody: no secret. */
export const DEMO_PASSWORD = 'cercle-demo';

export const demoMembers = [
	{ name: 'Camille Roussel', email: 'camille@demo.example' },
	{ name: 'Karim Benali', email: 'karim@demo.example' },
	{ name: 'Élodie Marchand', email: 'elodie@demo.example' },
	{ name: 'Thomas Nguyen', email: 'thomas@demo.example' },
	{ name: 'Aïcha Diallo', email: 'aicha@demo.example' },
	{ name: 'Julien Lefèvre', email: 'julien@demo.example' },
	{ name: 'Grace Okafor', email: 'grace@demo.example' }
] as const;
