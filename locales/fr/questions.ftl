### Les questions : un message par question, un attribut par option.
### Le code des options est dans bot/questions.py ; une option tient en 40 signes.
### Règles : jamais de « pourquoi », aucun fait suggéré avant le récit, aucun nom d'entreprise,
### personne n'est désigné. Épicène sans point médian : les lecteurs d'écran le lisent mal.

## Le seuil

lang = Dans quelle langue voulez-vous parler ? / Which language would you like?
    .fr = Français
    .en = English

danger_now = Êtes-vous en danger en ce moment ?
    .yes = Oui
    .no = Non
    .unknown = Je ne sais pas

intent = Que voulez-vous faire ?
    .testify = Raconter ce qui s’est passé
    .rights = Connaître mes droits
    .help = Trouver de l’aide
    .withdraw = J’ai un reçu : lire, compléter, retirer

adult = Avez-vous 18 ans ou plus ?
    .yes = Oui
    .no = Non

consent_collect = Acceptez-vous que vos réponses soient gardées et lues de cette façon ? Sans votre accord, rien n’est gardé, et les droits et l’aide restent ouverts.
    .accept = J’accepte
    .refuse = Je n’accepte pas

## Le récit

narrative = Racontez avec vos mots, en commençant où vous voulez : il n’y a ni bonne ni mauvaise façon de raconter. N’écrivez ni nom, ni numéro, ni adresse. Vous pouvez envoyer plusieurs messages ; à la fin, écrivez FINI.

narrative_more = Voulez-vous ajouter autre chose ? Sinon, écrivez PASSER.

## Les faits

who_came = Quel était le travail de cette personne ?
    .telecom_technician = Internet ou téléphone
    .electrician = Électricité ou gaz
    .plumber = Plomberie ou chauffage
    .locksmith = Serrurerie
    .meter_reader = Relevé de compteur
    .delivery = Livraison (colis, courses, repas)
    .mover = Déménagement
    .real_estate = Agence immobilière ou diagnostic
    .caretaker = Gardiennage de l’immeuble
    .landlord_self = Propriétaire, ou qui le représente
    .works = Travaux, chantier
    .appliance = Réparation d’électroménager
    .cleaning = Ménage ou repassage
    .home_care = Aide à domicile ou soins
    .childcare_tutor = Garde d’enfants ou cours
    .driver = Taxi ou VTC
    .pest_inspection = Désinsectisation ou contrôle
    .sales = Vente à domicile, démarchage
    .public_agent = Service public (poste, mairie…)
    .other = Autre
    .unknown = Je ne sais pas
    .prefer_not = Je préfère ne pas dire

who_sent = Qui envoyait cette personne, à votre connaissance ?
    .telecom_operator = Un opérateur internet ou téléphone
    .energy_water = Un fournisseur d’énergie ou d’eau
    .subcontractor = Un sous-traitant
    .marketplace_platform = Une application ou un site
    .delivery_company = Une société de livraison
    .landlord_agency = Le propriétaire, l’agence ou le syndic
    .social_landlord = Un bailleur social
    .insurer = Une assurance
    .shop = Un magasin
    .public_body = Un service public
    .self_employed = Elle travaillait à son compte
    .family_friend = Des proches ou des connaissances
    .unknown = Je ne sais pas
    .prefer_not = Je préfère ne pas dire

contact_source = Comment cette personne avait-elle vos coordonnées, à votre avis ?
    .client_file = Par le dossier client
    .given_for_visit = Je les avais données pour le rendez-vous
    .app = Par une application
    .door_or_letterbox = Par la porte ou la boîte aux lettres
    .lives_or_works_here = Elle vit ou travaille dans l’immeuble
    .unknown = Je ne sais pas
    .prefer_not = Je préfère ne pas dire

what_happened = Que s’est-il passé ?
    .data_misuse = Mes coordonnées utilisées à titre privé
    .msg_unwanted = Des messages non désirés
    .msg_appearance = Un message sur mon physique
    .calls = Des appels
    .letters = Des mots ou des lettres
    .gifts = Des cadeaux
    .social_media = Un contact sur les réseaux sociaux
    .remarks_private_life = Des propos sur ma vie privée
    .remarks_sexual = Des propos sexuels ou sexistes
    .staring = Des regards insistants
    .came_back = Un retour chez moi sans rendez-vous
    .stayed = Un refus de partir
    .waited_outside = Cette personne m’attendait, me suivait
    .entered_without = Une entrée sans mon accord
    .watched_filmed = Cette personne m’observait, me filmait
    .touched_objects = Mes affaires touchées
    .pressure = Un chantage, un marché imposé
    .threats = Des menaces
    .insults = Des insultes
    .other = Autre
    .prefer_not = Je préfère ne pas dire

gate_physical = La question suivante parle de gestes et de contacts physiques, sexuels aussi. Vous pouvez la passer.
    .go_on = Continuer
    .leave_out = Passer cette question
    .pause = Faire une pause

what_physical = Y a-t-il eu un de ces gestes ?
    .blocked = On m’a bloqué le passage
    .touch_nonsexual = Un contact physique non voulu
    .touch_sexual = Un contact sexuel non voulu
    .exposed = Une exhibition sexuelle
    .violence = Des violences physiques
    .assault_forced = Un acte sexuel imposé ou tenté
    .none = Rien de cela
    .prefer_not = Je préfère ne pas dire

channel = Par quel moyen ?
    .sms = SMS
    .call = Appel
    .messaging_app = Application de messagerie
    .social_network = Réseau social
    .email = Courriel
    .letter = Lettre ou mot
    .in_person_home = En personne, chez moi
    .in_person_building = En personne, dans l’immeuble
    .in_person_street_work = En personne, dehors ou au travail
    .doorbell_camera = Sonnette ou caméra
    .via_company_app = L’application de l’entreprise
    .other = Autre
    .prefer_not = Je préfère ne pas dire

repetition = C’est arrivé combien de fois ?
    .once = Une fois
    .two_to_five = De 2 à 5 fois
    .more_than_five = Plus de 5 fois
    .ongoing = Cela continue
    .unknown = Je ne sais pas
    .prefer_not = Je préfère ne pas dire

duration = Sur combien de temps, environ ?
    .one_day = Un seul jour
    .under_one_month = Moins d’un mois
    .one_to_six_months = De 1 à 6 mois
    .over_six_months = Plus de 6 mois
    .unknown = Je ne sais pas
    .prefer_not = Je préfère ne pas dire

when_period = La dernière fois, c’était quand, environ ?
    .under_three_months = Il y a moins de 3 mois
    .three_to_twelve_months = Il y a 3 à 12 mois
    .one_to_six_years = Il y a 1 à 6 ans
    .over_six_years = Il y a plus de 6 ans
    .unknown = Je ne sais pas
    .prefer_not = Je préfère ne pas dire

region = C’était dans quelle région, ou quel pays ?
    .auvergne_rhone_alpes = Auvergne-Rhône-Alpes
    .bourgogne_franche_comte = Bourgogne-Franche-Comté
    .bretagne = Bretagne
    .centre_val_de_loire = Centre-Val de Loire
    .corse = Corse
    .grand_est = Grand Est
    .hauts_de_france = Hauts-de-France
    .ile_de_france = Île-de-France
    .normandie = Normandie
    .nouvelle_aquitaine = Nouvelle-Aquitaine
    .occitanie = Occitanie
    .pays_de_la_loire = Pays de la Loire
    .provence_alpes_cote_d_azur = Provence-Alpes-Côte d’Azur
    .guadeloupe = Guadeloupe
    .guyane = Guyane
    .martinique = Martinique
    .la_reunion = La Réunion
    .mayotte = Mayotte
    .belgium = Belgique
    .switzerland = Suisse
    .luxembourg = Luxembourg
    .canada = Canada
    .other_country = Un autre pays
    .prefer_not = Je préfère ne pas dire

home_context = Qui était dans le logement avec vous ?
    .alone = Personne d’autre que moi
    .with_children = Un ou des enfants
    .with_adult = Un ou d’autres adultes
    .other = Autre
    .prefer_not = Je préfère ne pas dire

## Après

told_whom = En avez-vous parlé à quelqu’un ?
    .nobody = À personne
    .friends_family = À des proches
    .company_service = Au service client de l’entreprise
    .company_dpo = Au délégué aux données de l’entreprise
    .employer_of_worker = À l’employeur de cette personne
    .landlord_agency = Au propriétaire, à l’agence, au syndic
    .platform = À l’application ou au site
    .police_gendarmerie = À la police ou à la gendarmerie
    .cnil = À la CNIL
    .association = À une association
    .doctor = À un médecin
    .social_media = Sur les réseaux sociaux
    .lawyer = À un avocat ou une avocate
    .other = Autre
    .prefer_not = Je préfère ne pas dire

# « Quelle a été la réaction de vos proches ? » : { $who } vient de reaction-who.
reaction = Quelle a été la réaction { $who } ?
    .no_answer = Pas de réponse
    .minimised = On a minimisé ou plaisanté
    .blamed = On m’a fait des reproches
    .defended_worker = On a défendu la personne venue
    .listened = De l’écoute, sans suite
    .handled_promised = Une promesse d’agir
    .handled_done = Quelque chose a été fait
    .refused_complaint = Plainte refusée, ou main courante
    .complaint_taken = Plainte enregistrée
    .too_early = C’est trop tôt pour le dire
    .prefer_not = Je préfère ne pas dire

reaction-who =
    .friends_family = de vos proches
    .company_service = du service client de l’entreprise
    .company_dpo = du délégué aux données de l’entreprise
    .employer_of_worker = de l’employeur de cette personne
    .landlord_agency = du propriétaire, de l’agence ou du syndic
    .platform = de l’application ou du site
    .police_gendarmerie = de la police ou de la gendarmerie
    .cnil = de la CNIL
    .association = de l’association
    .doctor = du médecin
    .social_media = sur les réseaux sociaux
    .lawyer = de l’avocat ou de l’avocate
    .other = quand vous en avez parlé à quelqu’un d’autre

after_report = Après cela, y a-t-il eu quelque chose de la part de la personne venue chez vous ?
    .contacted_again = Un nouveau contact
    .apologies = Des excuses
    .threats = Des menaces
    .nothing_more = Plus rien
    .unknown = Je ne sais pas
    .prefer_not = Je préfère ne pas dire

backlash = Quand vous en avez parlé, qu’y a-t-il eu autour de vous ou en ligne ?
    .mockery = Des moqueries
    .online_insults = Des insultes en ligne
    .online_threats = Des menaces en ligne
    .pressure_to_retract = Des pressions pour que je renonce
    .support = Du soutien
    .nothing = Rien de cela
    .prefer_not = Je préfère ne pas dire

consequences = Qu’est-ce que cela a changé pour vous ?
    .fear_home = J’ai peur chez moi
    .sleep = Mon sommeil
    .avoid_appointments = Je ne fais plus venir personne
    .changed_number = J’ai changé de numéro
    .changed_locks = J’ai changé les serrures
    .moved = J’ai déménagé
    .work_study = Mon travail ou mes études
    .health = Ma santé
    .relationships = Mes relations avec les autres
    .money = Mon budget
    .left_social_media = J’ai quitté des réseaux sociaux
    .none = Rien de cela
    .other = Autre
    .prefer_not = Je préfère ne pas dire

needs = De quoi avez-vous besoin maintenant ?
    .be_heard = Que l’on m’écoute
    .stop = Que cela s’arrête
    .know_rights = Connaître mes droits
    .talk_to_someone = Parler à quelqu’un
    .legal_help = Une aide juridique
    .complaint_help = Une aide pour porter plainte
    .protect_data = Que mes données soient protégées
    .warn_others = Que cela n’arrive pas à d’autres
    .company_change = Que l’entreprise change
    .medical = Des soins
    .nothing_now = Rien pour le moment
    .prefer_not = Je préfère ne pas dire

## À votre sujet (module que l'association peut ouvrir)

about_age = Quelle est votre tranche d’âge ?
    .from_18_to_25 = De 18 à 25 ans
    .from_26_to_39 = De 26 à 39 ans
    .from_40_to_59 = De 40 à 59 ans
    .from_60 = 60 ans ou plus
    .prefer_not = Je préfère ne pas dire

about_gender = Vous êtes…
    .woman = Une femme
    .man = Un homme
    .other = Autre
    .prefer_not = Je préfère ne pas dire

## Le choix

# Passer cette question, c'est choisir ce que dit `skipping` dans bot/questions.py : la phrase le dit aussi.
consent_share = À quoi votre témoignage peut-il servir ? Vous décidez ; si vous passez cette question, il sert seulement aux chiffres groupés.
    .stats_only = Des chiffres groupés
    .stats_and_summary = Des chiffres et un résumé
    .stats_and_quote = Chiffres, résumé et une phrase choisie
    .none = Ne rien garder
