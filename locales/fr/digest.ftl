### Le bilan : ce que lisent les associations partenaires.
### Mots tenus (voir aussi bot/disclosure.py) : « personnes », « ont déclaré », « témoignages non vérifiés »,
### « la personne venue ». Jamais un mot qui juge la personne venue : rien n'est vérifié, personne n'est désigné.
### Le code des lignes est dans bot/tally.py. Espaces insécables devant : ; ? ! % et dans les guillemets.

digest-title = Bilan n° { $number }
digest-period = Témoignages reçus entre { $first } et { $last }.
digest-period-one = Témoignages reçus en { $month }.
digest-people = { NUMBER($count) } { digest-people-told }
digest-people-told = personnes ont déclaré avoir subi des messages, des paroles ou des actes non voulus de quelqu’un venu chez elles pour son travail.
digest-people-change =
    .more = C’est { NUMBER($by) } de plus que dans le bilan n° { $since }.
    .fewer = C’est { NUMBER($by) } de moins que dans le bilan n° { $since }.
    .same = C’est autant que dans le bilan n° { $since }.
digest-unverified = Ce sont des témoignages non vérifiés. Les nombres sont arrondis à 5.
digest-month =
    .m01 = janvier { $year }
    .m02 = février { $year }
    .m03 = mars { $year }
    .m04 = avril { $year }
    .m05 = mai { $year }
    .m06 = juin { $year }
    .m07 = juillet { $year }
    .m08 = août { $year }
    .m09 = septembre { $year }
    .m10 = octobre { $year }
    .m11 = novembre { $year }
    .m12 = décembre { $year }

## Les lignes

digest-row = { $label } : { NUMBER($count) } personnes, { $percent } %
digest-row-change =
    .more = { $row }, { NUMBER($by) } de plus
    .fewer = { $row }, { NUMBER($by) } de moins
    .same = { $row }, autant
digest-total = Personnes comptées
digest-several = Plusieurs réponses étaient possibles.
digest-rest = Autre, non précisé ou regroupé
digest-left-merged = Regroupé dans la ligne précédente : { $labels }.
digest-left-withheld = Non diffusé : { $labels }.
digest-between = { " ; " }
digest-nothing = Rien ici ne peut être diffusé sans risque pour quelqu’un.
digest-cross-row = { $label }, dont :
digest-cell = { $label } : { NUMBER($count) } personnes
digest-cross-left = Les autres nombres de ce tableau ne sont pas diffusés.
digest-status =
    .published = Diffusé : au moins { $k } personnes, et jamais presque toutes.
    .total = Diffusé : toutes les personnes comptées.
    .rest = Diffusé : ce que laissent les nombres diffusés, au moins { $k } personnes.
    .merged = Regroupé : compté dans la ligne des réponses autres, non précisées ou regroupées.
    .withheld = Non diffusé : moins de { $k } personnes, ou presque toutes, ou pour qu’un autre nombre ne puisse pas être retrouvé. Lequel des trois n’est jamais dit.

## Les tableaux

digest-what_happened = Ce que les personnes ont déclaré avoir vécu
    .data_misuse = Coordonnées utilisées à titre privé
    .messages = Messages, appels ou recherche sur les réseaux
    .letters_gifts = Mots, lettres ou cadeaux
    .remarks = Propos, regards ou insultes
    .presence = Retour, refus de partir ou attente dehors
    .intrusion = Entrée sans accord, surveillance ou affaires touchées
    .threats = Chantage ou menaces
    .physical = Gestes ou contacts physiques
digest-who_came = Le travail de la personne venue
    .telecom_energy = Internet, téléphone, électricité, gaz ou compteurs
    .delivery_transport = Livraison, déménagement ou transport
    .repair_works = Dépannage ou travaux
    .building_housing = Immeuble ou logement
    .personal_services = Ménage, soins, garde d’enfants ou cours
digest-who_sent = Qui envoyait la personne venue, selon les témoignages
    .telecom_operator = Opérateur de télécommunications
    .energy_water = Énergie ou eau
    .subcontractor = Sous-traitant
    .platform_delivery = Plateforme ou société de livraison
    .landlord = Bailleur, agence ou syndic
    .self_employed = À son compte
digest-contact_source = Comment la personne venue avait les coordonnées, selon les témoignages
    .client_file = Par le dossier client
    .given_for_visit = Données pour le rendez-vous
    .app = Par une application
    .door_or_letterbox = Par la porte ou la boîte aux lettres
    .lives_or_works_here = En habitant ou en travaillant dans l’immeuble
digest-repetition = Combien de fois
    .ongoing = Cela continue
    .more_than_five = Plus de cinq fois
    .two_to_five = De deux à cinq fois
    .once = Une fois
digest-when_period = Il y a combien de temps
    .under_three_months = Moins de trois mois
    .three_to_twelve_months = De trois mois à un an
    .one_to_six_years = D’un an à six ans
    .over_six_years = Plus de six ans
digest-told_whom = À qui les personnes en ont parlé, hors entreprise et bailleur
    .friends_family = Des proches
    .police_gendarmerie = La police ou la gendarmerie
    .association = Une association
    .doctor = Un médecin
    .lawyer = Un avocat ou une avocate
    .cnil = La CNIL
    .social_media = Les réseaux sociaux
digest-company_reaction = Ce qu’ont répondu l’entreprise ou le bailleur
    .dismissed = Minimisation, reproche, refus ou défense de la personne venue
    .no_answer = Pas de réponse
    .listened = Une écoute, sans suite
    .acted = Une action, faite ou promise
    .told_nobody = Les personnes n’en ont parlé à personne
digest-consequences = Ce que cela a touché
    .fear_home = La peur chez soi
    .sleep = Le sommeil
    .avoid_appointments = Ne plus faire venir personne
    .changed_habits = Numéro ou serrures changés, réseaux quittés
    .moved = Un déménagement
    .work_study_money = Le travail, les études ou l’argent
    .health = La santé
    .relationships = Les relations avec les autres
digest-needs = Ce dont les personnes ont besoin
    .be_heard = Être écoutées
    .stop = Que cela s’arrête
    .rights_legal = Connaître leurs droits, une aide juridique ou pour porter plainte
    .talk_medical = Parler à quelqu’un, des soins
    .protect_data = Que leurs données soient protégées
    .change = Que l’entreprise change, que cela n’arrive pas à d’autres
digest-happened_by_who_came = Ce qui a été déclaré, selon le travail de la personne venue
digest-happened_by_reaction = Ce qui a été déclaré, selon la réponse de l’entreprise ou du bailleur

## Les mots

digest-summaries = Ce que l’équipe retient, avec ses mots
digest-quotes = Des phrases choisies par leurs autrices et auteurs
digest-quote = « { $words } »

## Le rapport : la page et le PDF

digest-subject = Messages, paroles et actes non voulus de personnes venues au domicile pour leur travail
digest-label = Témoignages non vérifiés
digest-skip = Aller au contenu
digest-contents = Sommaire
digest-headline = L’essentiel
digest-often = Parmi les réponses les plus données
digest-count = { NUMBER($count) } personnes
digest-number = { NUMBER($count) }
digest-percent = { $percent } %
digest-by =
    .more = { NUMBER($by) } de plus
    .fewer = { NUMBER($by) } de moins
    .same = autant
digest-section =
    .tables = Les réponses
    .crosses = Les réponses croisées
    .words = Les mots
    .glossary = Glossaire
    .help = Où trouver de l’aide
    .change = L’évolution depuis le bilan n° { $since }
digest-column =
    .answer = Réponse
    .all = Ensemble
    .question = Question
    .share = Part
    .people = Personnes
    .change = Depuis le bilan n° { $since }
    .line = Ligne
    .who = Pour qui
    .when = Quand, à quel coût
    .source = Source
digest-of-all = Part de toutes les personnes comptées. L’ordre des lignes reste le même d’un bilan à l’autre.
digest-cross-note = Nombre de personnes. « Regroupé » : compté dans la dernière colonne. « n. d. » : non diffusé. Une personne peut être dans plusieurs lignes.
digest-untold =
    .merged = regroupé
    .withheld = non diffusé
    .short = n. d.
digest-change-most = Les évolutions les plus marquées, parmi les réponses diffusées dans les deux bilans :
digest-change-none = Aucune réponse diffusée dans les deux bilans n’a changé de plus de { $rounding } personnes.
digest-chart = Diagramme en barres. { $label } : { $labels }.
digest-help-note = Ces renseignements viennent de sources publiques, plus ou moins anciennes. Ils sont à vérifier avant d’être repris.
digest-help-unsourced = Source non retrouvée
digest-term =
    .testimony = Témoignage non vérifié
    .person = Personne comptée
    .came = Personne venue
    .period = Période
    .share = Part
    .rounded = Arrondi
    .threshold = Seuil de diffusion
    .published = Diffusé
    .merged = Regroupé
    .withheld = Non diffusé
    .fingerprint = Empreinte
digest-meaning =
    .testimony = Ce qu’une personne dit avoir vécu. Personne n’a cherché à le confirmer.
    .person = Quelqu’un dont au moins un témoignage entre dans ce bilan. Les nombres comptent des personnes, jamais des faits.
    .came = Quelqu’un qui est venu dans un logement pour son travail, ou que le travail met en contact avec ceux qui y vivent.
    .period = Les mois pendant lesquels les témoignages ont été reçus. Deux bilans n’ont aucun témoignage en commun.
    .share = Le pourcentage de toutes les personnes comptées qui ont donné une réponse.
    .rounded = Ramené au multiple de { $rounding } le plus proche.
    .threshold = Le plus petit nombre de personnes qui peut être diffusé. Ici, { $k }.
    .published = Un nombre donné, arrondi : au moins { $k } personnes, et jamais presque toutes.
    .merged = Compté avec les réponses autres ou non précisées, jamais seul.
    .withheld = Trop petit, presque tout le monde, ou de quoi retrouver un autre nombre. Lequel des trois n’est jamais dit.
    .fingerprint = Une suite de signes calculée sur tout le bilan. Deux bilans qui ont la même empreinte disent la même chose, au signe près.

## La méthode et ses limites

digest-method = Comment ce bilan est fait, et ce qu’il ne dit pas
    .unverified = Ces témoignages ne sont pas vérifiés. Ils disent ce que des personnes ont déclaré. Ils ne disent rien de certain d’une entreprise ou d’une personne.
    .not_everyone = Les personnes qui témoignent l’ont choisi. Ce bilan ne mesure pas combien de personnes vivent ces faits.
    .person_once = Une personne est comptée une seule fois, même si elle a témoigné plusieurs fois pendant la période.
    .consent = Seuls comptent les témoignages donnés pour des chiffres, et non retirés avant ce bilan. Les refus ne sont pas comptés.
    .first_category = Si une personne a reçu plusieurs réponses de l’entreprise ou du bailleur, la plus dure est comptée.
    .no_category = Les réponses « autre », « je ne sais pas », « je préfère ne pas dire » et les questions passées n’ont pas de ligne à elles. Les pourcentages portent sur toutes les personnes comptées.
    .small = Aucun nombre de moins de { $k } personnes n’est diffusé.
    .merged = Là où chaque personne a une seule réponse, les petits nombres sont regroupés avec les réponses non précisées. Ce groupe compte lui aussi au moins { $k } personnes.
    .withheld = Ailleurs, un nombre n’est pas diffusé s’il est trop petit, s’il concerne presque tout le monde, ou s’il permettrait d’en retrouver un autre.
    .rounded = Chaque nombre est arrondi à { $rounding }, séparément. Les pourcentages sont calculés sur les nombres arrondis.
    .sums = La somme des lignes peut donc différer un peu du total. Une différence de { $rounding } d’un bilan à l’autre peut venir de l’arrondi.
    .not_asked = La région, la langue, l’âge et le foyer ne sont pas diffusés : ils aideraient à reconnaître quelqu’un.
    .frozen = Ce bilan est figé. Toutes les associations reçoivent les mêmes nombres. Un retrait demandé après l’envoi ne peut pas les changer.
    .change = Les évolutions sont calculées sur les nombres déjà diffusés.
    .quotes = Chaque phrase a été choisie par la personne et relue par deux membres de l’équipe. Elle date d’une période précédente et l’ordre est tiré au sort.
digest-fingerprint = Empreinte de ce bilan (SHA-256) : { $sha256 }

## Le courriel qui porte un bilan, et ses fichiers. L’objet ne dit rien à qui regarde par-dessus l’épaule.

letter-subject = { $name } : bilan n° { $number }
letter-hello = Bonjour, voici le bilan n° { $number }. Les fichiers joints disent les mêmes nombres.
letter-hello-attached = Bonjour, le bilan n° { $number } est dans les fichiers joints.
letter-files = Fichiers joints : { $names }.
letter-sealed = Bonjour, le bilan n° { $number } est dans le fichier joint, { $file }. Il est scellé : seule la clé age de votre association l’ouvre.
letter-open = Pour l’ouvrir, enregistrez ce fichier à côté de votre clé, puis, dans un terminal :
letter-key-file = votre-cle.txt
letter-unpack = Ouvrez ensuite { $file } : tout y est. Si age ne connaît pas votre clé, prenez sa version 1.3 ou une plus récente.
letter-lost-key = Si la clé est perdue, donnez-en une autre à l’association qui envoie ce bilan. Elle pourra l’envoyer de nouveau.
letter-verify = Pour vérifier que personne n’y a rien changé, avec le programme minisign :
letter-verify-key = La clé qui commence par RW doit être celle que l’association vous a donnée autrement que par ce courriel.
letter-machine = Ce courriel est envoyé par un programme, pour l’association qui recueille les témoignages.
