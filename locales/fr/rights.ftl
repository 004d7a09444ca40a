### Les droits, en France. Informer, jamais juger : « peut relever de », jamais « c'est ».
### right-<id>, right-<id>-2… : une page par message ; les pages et leurs sources sont dans bot/rights.py.
### Trois phrases et 300 signes au plus. Rien ne presse de porter plainte.

rights-intro = Ces pages informent : elles ne remplacent pas l’avis d’une avocate ou d’un avocat. Elles décrivent seulement la loi française. Chaque démarche est facultative, et c’est vous qui décidez.
rights-none = Les pages sur les droits décrivent seulement la loi française. Pour un autre pays, une association d’aide aux victimes ou une permanence juridique de ce pays peut vous répondre. Voici les lignes d’aide.
rights-menu = Sur quoi voulez-vous lire ?
    .whom = { right-whom.title }
    .evidence = { right-evidence.title }
    .delays = { right-delays.title }
    .data_misuse = { right-data_misuse.title }
    .company = { right-company.title }
    .minimised = { right-minimised.title }
    .cnil = { right-cnil.title }
    .sexist_remarks = { right-sexist_remarks.title }
    .sexual_harassment = { right-sexual_harassment.title }
    .moral_harassment = { right-moral_harassment.title }
    .malicious_calls = { right-malicious_calls.title }
    .home_entry = { right-home_entry.title }
    .voyeurism = { right-voyeurism.title }
    .sexual_assault = { right-sexual_assault.title }
    .threats = { right-threats.title }
    .online_attacks = { right-online_attacks.title }
    .police = { right-police.title }
    .telecom_mediator = { right-telecom_mediator.title }
    .landlord = { right-landlord.title }
    .defender = { right-defender.title }
    .lawyer = { right-lawyer.title }

## Pour toutes les situations

right-whom = En cas de danger : le 17, le 112, ou un SMS au 114. Pour parler à quelqu’un, écrivez AIDE. Tout ce qui suit est facultatif, dans l’ordre que vous voulez.
    .title = À qui s’adresser
right-whom-2 = À l’entreprise, par écrit : le service client et la personne chargée des données. À la CNIL, si vos coordonnées ont servi à autre chose. À la police ou à la gendarmerie, qui répondent aussi par un tchat, sans demander votre nom : arretonslesviolences.gouv.fr.
right-whom-3 = Selon les cas : le médiateur des télécoms, le propriétaire, le Défenseur des droits. Une avocate ou un avocat, une maison de justice et du droit, ou le bureau d’aide aux victimes d’un tribunal peut vous accompagner.

right-evidence = Devant la justice pénale, toute preuve peut compter : captures d’écran, messages vocaux, lettres, témoins. Gardez-les chez vous. Ne nous les envoyez pas.
    .title = Quelles traces garder
right-evidence-2 = Gardez les messages d’origine, et des captures où l’on voit le numéro, la date et l’heure ; les lettres et leurs enveloppes ; le numéro d’intervention et l’heure du rendez-vous. Si vous bloquez le numéro, faites les captures avant. Un commissaire de justice peut aussi les constater.
right-evidence-3 = Vous pouvez noter, avec les dates, chaque fait, qui était là, et chaque échange avec l’entreprise ou le propriétaire. Si votre santé est touchée, un certificat médical peut compter. En ligne, gardez les liens et des captures avant que tout disparaisse.

right-delays = Pour une plainte, la loi fixe des délais : 1 an pour une contravention, 6 ans pour un délit, 20 ans pour un crime. Pour un harcèlement, le délai part du dernier fait. Les règles sont différentes si la victime avait moins de 18 ans.
    .title = Les délais
right-delays-2 = Pour une injure ou une diffamation publique, le délai est court : 3 mois, ou 1 an si elle vise une personne pour son sexe. Même quand un délai semble passé, une plainte peut être déposée : le procureur vérifie.

## Les coordonnées

right-data_misuse = L’entreprise a vos coordonnées pour une intervention. S’en servir pour soi, même une fois, peut relever du détournement de données (code pénal, article 226-21). La peine va jusqu’à 5 ans de prison et 300 000 € d’amende.
    .title = Mes coordonnées utilisées autrement
right-data_misuse-2 = L’entreprise, elle, ne peut utiliser vos données que dans le but annoncé, et doit les protéger (RGPD, articles 5 et 32). Les donner à d’autres sans droit peut relever de l’article 226-22 du code pénal, qui n’est poursuivi que si la personne concernée le demande.

right-company = Vous pouvez écrire au service client et à la personne chargée des données (le DPO). Vous pouvez demander que l’on dise à cette personne de ne plus vous contacter, même pour s’excuser, et que quelqu’un d’autre vienne. Vous pouvez aussi demander une réponse écrite, avec un numéro de dossier.
    .title = Écrire à l’entreprise
right-company-2 = Vous pouvez demander quelles données l’entreprise a sur vous, à qui elle les donne et qui a ouvert votre dossier (RGPD, article 15). Elle a un mois pour répondre. Elle n’est pas toujours obligée de donner le nom de ses employés.
right-company-3 = Vous pouvez demander de corriger, d’effacer ou de ne plus utiliser vos données (RGPD, articles 16, 17, 18 et 21), et que moins de personnes puissent ouvrir votre dossier. Gardez d’abord vos preuves : un effacement peut les faire disparaître aussi.

right-minimised = « Offrez-lui un café », « c’est un compliment » : vous pouvez répondre par écrit. Par exemple : « Je vous ai signalé des messages que je ne voulais pas recevoir. Je demande par écrit les mesures prises et un numéro de dossier. »
    .title = Répondre quand on minimise
right-minimised-2 = Vous pouvez ajouter : « Mes coordonnées ont servi à autre chose que l’intervention (RGPD, article 5). Je demande que cette personne ne me contacte plus. » Une lettre recommandée laisse une preuve.

right-cnil = La CNIL est l’autorité qui protège les données. Elle demande d’écrire d’abord à l’entreprise, qui a un mois pour répondre. La plainte se dépose ensuite sur cnil.fr, en français, avec votre identité, le nom de l’entreprise et la preuve de vos démarches.
    .title = La CNIL
right-cnil-2 = La CNIL peut rappeler une entreprise à l’ordre ou lui donner une amende. Elle ne juge pas un harcèlement et n’accorde pas d’argent aux personnes. Une plainte pénale peut être déposée sans l’attendre.

## Les paroles et les messages

right-sexist_remarks = Un seul propos ou geste sexuel ou sexiste, dégradant ou intimidant, peut relever de l’outrage sexiste et sexuel (code pénal, article R625-8-3), même dans un lieu privé. L’amende va jusqu’à 1 500 €. Le délai pour agir est de 1 an.
    .title = Une remarque sexuelle ou sexiste
right-sexist_remarks-2 = La peine est plus forte dans certains cas, par exemple avec plusieurs auteurs ou une victime de moins de 18 ans (article 222-33-1-1 : 3 750 €). Une avocate ou un avocat peut vous dire si un de ces cas s’applique.

right-sexual_harassment = Des propos ou des gestes sexuels ou sexistes répétés peuvent relever du harcèlement sexuel (code pénal, article 222-33). La loi demande une répétition, même par plusieurs personnes, ou une seule pression grave pour obtenir un acte sexuel.
    .title = Des propos sexuels répétés
right-sexual_harassment-2 = La peine va jusqu’à 2 ans de prison et 30 000 € d’amende. Elle va jusqu’à 3 ans et 45 000 € dans certains cas, par exemple en ligne ou par un moyen numérique.

right-moral_harassment = Des messages, des lettres ou des visites répétés, qui dégradent la vie et la santé, peuvent relever du harcèlement moral (code pénal, article 222-33-2-2). La peine va jusqu’à 1 an de prison et 15 000 € d’amende, et jusqu’à 3 ans et 45 000 € dans certains cas. Un certificat médical peut compter.
    .title = Des messages ou visites répétés

right-malicious_calls = Des appels ou des messages malveillants répétés peuvent relever de l’article 222-16 du code pénal. La loi en demande au moins deux, même à quelques minutes d’écart, et un contenu ou une intention malveillants. La peine va jusqu’à 1 an de prison et 15 000 € d’amende.
    .title = Des appels malveillants

## Le domicile et le corps

right-home_entry = Entrer chez vous, ou y rester, par ruse, menace, force ou contrainte peut relever de la violation de domicile (code pénal, article 226-4). Depuis juillet 2023, la peine va jusqu’à 3 ans de prison et 45 000 € d’amende. Un badge ou une clé utilisés sans droit peuvent compter.
    .title = Une entrée chez moi

right-voyeurism = Chercher à voir les parties intimes d’une personne sans son accord peut relever du voyeurisme (code pénal, article 226-3-1). La peine va jusqu’à 1 an de prison et 15 000 € d’amende, et jusqu’à 2 ans et 30 000 € par exemple si des images sont prises.
    .title = Des regards ou des images intimes

right-sexual_assault = Un acte sexuel non consenti peut relever de l’agression sexuelle ou du viol (code pénal, articles 222-22 et suivants). Depuis novembre 2025, la loi dit que le consentement est libre, éclairé, spécifique, préalable et révocable. Ni le silence ni l’absence de réaction n’en tiennent lieu.
    .title = Un acte sexuel non consenti
right-sexual_assault-2 = Des soins et un examen sont possibles, même sans plainte. Une plainte se dépose dans un commissariat ou une brigade ; en 2024, la visioplainte n’était pas ouverte pour ces faits. Pour parler à quelqu’un, écrivez AIDE.

right-threats = Des menaces peuvent relever du code pénal (articles 222-17 et suivants). Gardez les mots exacts, avec la date et l’heure. En cas de danger, le 17 répond jour et nuit.
    .title = Des menaces

right-online_attacks = Quand plusieurs personnes s’en prennent à vous en ligne, même avec un message chacune, cela peut relever du harcèlement (code pénal, article 222-33-2-2). Une injure ou une diffamation publique a un délai court : 3 mois, ou 1 an si elle vise une personne pour son sexe.
    .title = Des attaques en ligne
right-online_attacks-2 = Gardez les liens et des captures avant de signaler les messages. Le 3018 écoute les victimes de violences en ligne, et peut aider à faire retirer des contenus.

## Les démarches

right-police = Vous pouvez d’abord parler : un tchat de la police et de la gendarmerie répond jour et nuit, sans demander votre nom, sur arretonslesviolences.gouv.fr. Parler n’est pas porter plainte.
    .title = La police et la plainte
right-police-2 = Une plainte se dépose dans tout commissariat ou toute brigade, ou par lettre au procureur. Une main courante donne une date aux faits, mais n’ouvre pas d’enquête.
right-police-3 = La visioplainte, sur internet, existe pour certains faits, dont le cyberharcèlement ; en 2024, pas pour une agression sexuelle. Elle demande FranceConnect. Elle n’est peut-être pas ouverte partout.

right-telecom_mediator = Quand un opérateur ne répond pas à une réclamation, le médiateur des communications électroniques peut être saisi en ligne, gratuitement, dans l’année. Avant : le service client puis le service consommateurs, un mois chacun, ou deux mois sans réponse.
    .title = Le médiateur des télécoms
right-telecom_mediator-2 = Le médiateur s’occupe de la réponse de l’opérateur, et non du harcèlement lui-même. Cela s’arrête si une action en justice commence.

right-landlord = Le propriétaire doit permettre un usage paisible du logement (code civil, article 1719 ; loi du 6 juillet 1989, article 6). Il ne peut pas entrer sans votre accord.
    .title = Le propriétaire, l’agence
right-landlord-2 = Si la personne venait pour le propriétaire ou l’agence, vous pouvez leur écrire : une lettre recommandée laisse une preuve. Pour les actes d’une personne sans lien avec le propriétaire, la règle est différente (code civil, article 1725).

right-defender = Le Défenseur des droits répond gratuitement au 39 28 et sur antidiscriminations.fr. Il agit contre les discriminations, par exemple selon le sexe, dans l’accès à un logement ou à un service. Il peut proposer une médiation ou s’adresser au procureur.
    .title = Le Défenseur des droits

right-lawyer = Une avocate ou un avocat peut vous dire quel texte s’applique ; selon vos revenus, l’aide juridictionnelle peut en payer tout ou partie. Au tribunal, le bureau d’aide aux victimes est gratuit et confidentiel. Les maisons de justice et du droit renseignent aussi.
    .title = Avocate ou avocat, aide gratuite
