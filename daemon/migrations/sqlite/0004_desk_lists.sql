-- What the lists of tickets are found by, however many there are: the counts of the open ones without their tickets, somebody's
-- open ones, and the states that few of the closed ones have.

CREATE INDEX tickets_counted ON tickets (last_limit, state) WHERE state NOT IN ('finished', 'rated', 'void');
CREATE INDEX tickets_open_of_assignee ON tickets (assignee, last_limit, id) WHERE state NOT IN ('finished', 'rated', 'void');
CREATE INDEX tickets_of_few ON tickets (state, id) WHERE state IN ('finished', 'void');
