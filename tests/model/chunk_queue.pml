/* The chunk queue of docs/chunk_queue.md, for the model checker Spin. "Rule n" is a rule of that document,
   W1, C1, S1 a row of its crash table. docs/model.md says what is modelled, what is not, and what was found.

   One atomic{} is one atomic operation on shared memory, one system call, or steps that nobody can tell
   apart. Between any two of them a process may die, as long as `deaths` lasts. Waits are conditions: every
   wait is timed, and a look that finds nothing changes nothing. The words of a slot stand for every job
   memory that the slot ever had, so a worker that still maps an old one is worse off here than in reality.

   Each M_... breaks one rule; tests/model/check_model expects that Spin notices. */

#ifndef NWORKERS
#define NWORKERS 2 /* at most 3 */
#endif
#ifndef NCHUNKS
#define NCHUNKS 2 /* of a job; at most 3 */
#endif
#ifndef NCLIENTS
#define NCLIENTS 1
#endif
#ifndef NSLOTS
#define NSLOTS 1 /* at most 2 */
#endif
#ifndef NJOBS
#define NJOBS 1 /* of each client, one after the other */
#endif
#ifndef DEATHS
#define DEATHS 1
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0 /* how often clients may give up */
#endif
#ifndef STUCKS
#define STUCKS 0 /* how many workers may never end their chunk */
#endif
#ifndef RETRIES
#define RETRIES 1
#endif
#ifndef INCARNATIONS
#define INCARNATIONS 2 /* the real ones wrap at 4096 */
#endif
#ifndef WORKERS_DIE
#define WORKERS_DIE 1
#endif
#ifndef CLIENTS_DIE
#define CLIENTS_DIE 1
#endif
#ifndef SUPERVISOR_DIES
#define SUPERVISOR_DIES 1
#endif

#define NWORDS (NSLOTS * NCHUNKS)
#define NOBODY 255

/* A chunk's word. COMMITTED and all after it are terminal. */
#define NONE 0
#define FREE 1
#define LEASED 2
#define COMMITTED 3
#define POISON 4
#define CLOSED 5

/* A client slot. */
#define VACANT 0
#define IDLE 1
#define RUNNING 2
#define DRAINING 3

/* A worker's life. Its lock is held in ALIVE alone: STARTING has not taken it yet. */
#define STARTING 0
#define ALIVE 1
#define DEAD 2
#define REAPED 3

byte state[NWORDS], owner[NWORDS], attempt[NWORDS], epoch[NWORDS];

byte slot[NSLOTS], slot_epoch[NSLOTS];
byte description_a[NSLOTS], description_b[NSLOTS]; /* two halves: it is larger than a word */
byte lock[NSLOTS];                                 /* 0: free */
bool serial[NSLOTS];                               /* the slot knows the name of its job memory */
bool segment[NSLOTS];                              /* the name exists */
byte ticket[NSLOTS], freed[NSLOTS];
byte mark_epoch[NSLOTS], mark_index[NSLOTS];

byte life[NWORKERS], incarnation[NWORKERS], holding[NWORKERS];
bool supervisor_lives = true;

/* Budgets. */
byte deaths = DEATHS, timeouts = TIMEOUTS, stucks = STUCKS;

/* Ghosts: no process acts on them. */
byte written[NWORDS];   /* of the partial result: 0 nothing, 1 half, 2 all, 3 committed */
byte executes[NWORKERS]; /* 1 + the word whose chunk the worker is writing */
bool stuck[NWORKERS], killed[NWORKERS];
bool lost[NSLOTS];      /* its client has returned "pool lost" */
byte gone = 0;          /* clients that have returned, or are dead */
byte orphans = 0;       /* slots of dead clients */
#ifdef M_DONE_COUNTER
byte done_counter[NSLOTS];
#endif

#define SUPERVISOR (NCLIENTS + 1)
#define AT(s, c) ((s) * NCHUNKS + (c))
#define SLOT_OF(x) ((x) / NCHUNKS)
#define CHUNK_OF(x) ((x) % NCHUNKS)
#define ME(w) ((w) * INCARNATIONS + incarnation[w])
#define JOB(k, e) (((k) + 1) * 16 + (e)) /* what is described: which client's, which epoch's */
#define TERMINAL(x) (state[x] >= COMMITTED)

#define ANY_CHUNK(P, s, a)                                                                                  \
  (P(AT(s, 0), a) || (NCHUNKS > 1 && P(AT(s, 1 % NCHUNKS), a)) || (NCHUNKS > 2 && P(AT(s, 2 % NCHUNKS), a)))
#define ANY_WORD(P, a) (ANY_CHUNK(P, 0, a) || (NSLOTS > 1 && ANY_CHUNK(P, 1 % NSLOTS, a)))
#define ANY_WORKER(P) (P(0) || (NWORKERS > 1 && P(1 % NWORKERS)) || (NWORKERS > 2 && P(2 % NWORKERS)))

#define IS_FREE(x, e) (state[x] == FREE && epoch[x] == (e))
#define IS_OPEN(x, unused) (!TERMINAL(x))
#define IS_POISON(x, unused) (state[x] == POISON)
#define ACTIVE(s) (slot[s] == RUNNING || slot[s] == DRAINING)

/* Rule 1: what decides is the CAS FREE -> LEASED, and it compares the epoch. */
#ifdef M_NO_EPOCH
#define CLAIMABLE(x, e) (state[x] == FREE)
#else
#define CLAIMABLE(x, e) IS_FREE(x, e)
#endif

/* ---- The terminal mark --------------------------------------------------------------------------------- */

#define ABOVE_MARK(s, e) (mark_epoch[s] == (e) -> mark_index[s] : 0)

/* Looks at the words above the mark: k becomes the index of the first that is not terminal. Terminal words
   stay terminal, so it makes no difference that one look here is many loads there. */
inline look(s, e, k, old_epoch, old_index) {
  old_epoch = mark_epoch[s]; old_index = mark_index[s];
  k = ABOVE_MARK(s, e);
  do
  :: k < NCHUNKS && TERMINAL(AT(s, k)) && epoch[AT(s, k)] == (e) -> k++
  :: else -> break
  od
}

/* Nobody advances it who comes too late, for a job that is over. */
#define GROWS(s, e, k, old_epoch, old_index) \
  ((e) > (old_epoch) && (k) > 0 || (old_epoch) == (e) && (k) > (old_index))

/* The CAS that advances the mark; it must grow by that, and tell the truth. */
inline advance(s, e, k, old_epoch, old_index) {
  if
  :: GROWS(s, e, k, old_epoch, old_index) && mark_epoch[s] == old_epoch && mark_index[s] == old_index ->
    assert(mark_epoch[s] < e || (mark_epoch[s] == e && mark_index[s] < k));
    mark_epoch[s] = e; mark_index[s] = k;
    k = 0;
    do
    :: k < mark_index[s] ->
      assert(epoch[AT(s, k)] > e || (epoch[AT(s, k)] == e && TERMINAL(AT(s, k))));
      k++
    :: else -> break
    od
  :: else
  fi;
  k = 0; old_epoch = 0; old_index = 0
}

/* "Every word below the index was seen terminal under this epoch": whoever changes a word finds it above. */
#define MARK_IS_BELOW(x) \
  (mark_epoch[SLOT_OF(x)] != epoch[x] || mark_index[SLOT_OF(x)] <= CHUNK_OF(x))

/* ---- Workers ------------------------------------------------------------------------------------------- */

/* The alternative of every step of a worker. A dead supervisor's workers follow it some time later (rule 8).
   */
#ifdef M_NO_PDEATHSIG
#define MUST_DIE(w) killed[w]
#else
#define MUST_DIE(w) (killed[w] || !supervisor_lives)
#endif
#define OR_WORKER_DIES                                             \
  ::atomic {                                                       \
    (WORKERS_DIE && deaths > 0) || MUST_DIE(w) ->                  \
    if                                                             \
    :: MUST_DIE(w)                                                 \
    :: else -> deaths--                                            \
    fi;                                                            \
    die();                                                         \
    goto end_dead                                                  \
  }

inline forget() { s = 0; e = 0; a = 0; b = 0; t = 0 }

/* Its memory accesses have ended, and its lock is free. */
inline die() {
  forget(); k = 0; old_epoch = 0; old_index = 0; claimed = NOBODY;
  life[w] = DEAD; executes[w] = 0; stuck[w] = false; killed[w] = false
}

#define ANOTHER_EXECUTES(x)                                                                         \
  ((w != 0 && executes[0] == (x) + 1) || (NWORKERS > 1 && w != 1 && executes[1 % NWORKERS] == (x) + 1) || \
   (NWORKERS > 2 && w != 2 && executes[2 % NWORKERS] == (x) + 1))

/* What must hold whenever a worker writes to its chunk's elements or partial result. */
#define ASSERT_MAY_WRITE(x)                                                                            \
  assert(state[x] == LEASED && owner[x] == ME(w) && epoch[x] == e);        /* the lease is its own */  \
  assert(!ANOTHER_EXECUTES(x));                                            /* one live executor */     \
  assert(written[x] != 3);                                                 /* not after a commit */    \
  assert(ACTIVE(s) && slot_epoch[s] == e && segment[s]);                   /* not into another's memory */ \
  assert(!lost[s])                                                         /* rule 8 */

/* The CAS FREE -> LEASED. The worker acts on what it has read about the job, so that must be this job. */
inline try_claim(x) {
  if
  :: CLAIMABLE(x, e) ->
    assert(MARK_IS_BELOW(x));
    state[x] = LEASED; owner[x] = ME(w);
    assert(ACTIVE(s) && slot_epoch[s] == e && epoch[x] == e);
    assert(a == description_a[s] && b == description_b[s]);
    claimed = x
  :: else
  fi
}

/* Something that a worker could find under this slot. */
#ifdef M_NO_SWEEP
#define WORTH_A_LOOK(s) (slot[s] == RUNNING && (freed[s] != 0 || ticket[s] < NCHUNKS))
#else
#define WORTH_A_LOOK(s) \
  (slot[s] == RUNNING && (freed[s] != 0 || ticket[s] < NCHUNKS || ANY_CHUNK(IS_FREE, s, slot_epoch[s])))
#endif

proctype Worker(byte w) {
  byte s, e, a, b, t, k, old_epoch, old_index;
  byte claimed = NOBODY;

start: /* W1: it takes its lock */
#ifdef M_WORKER_LOOKS_FIRST
  if
  :: atomic { supervisor_lives }
  OR_WORKER_DIES
  fi;
#endif
  if
  :: atomic { life[w] = ALIVE }
  OR_WORKER_DIES
  fi;
  /* W12, rule 8: then it looks at the supervisor's lock. Who asks for its parent instead may be told that it
     lives: a process that ends gives up its locks first, its children later. */
#if !defined(M_WORKER_LOOKS_FIRST) && !defined(M_PARENT_BY_PID) && !defined(HAND_OVER)
  if
  :: atomic { supervisor_lives }
  OR_WORKER_DIES
  fi;
#endif

end_asleep:
  if
  :: atomic { WORTH_A_LOOK(0) -> s = 0; e = slot_epoch[s] }
#if NSLOTS > 1
  :: atomic { WORTH_A_LOOK(1) -> s = 1; e = slot_epoch[s] }
#endif
  OR_WORKER_DIES
  fi;

  /* Slot, description, slot again. */
  if
  :: atomic { a = description_a[s] }
  OR_WORKER_DIES
  fi;
  if
  :: atomic {
    b = description_b[s];
    if
#ifndef M_READ_SLOT_ONCE
    :: slot[s] != RUNNING || slot_epoch[s] != e -> forget(); goto end_asleep
#endif
    :: else -> assert(a == b && a % 16 == e) /* it attaches the array by what it has read */
    fi
  }
  OR_WORKER_DIES
  fi;

again: /* Rule 1: the freed hint, */
  if
  :: atomic { freed[s] != 0 -> t = freed[s]; freed[s] = 0 } /* W3 */
    if
    :: atomic { t--; try_claim(t); t = 0; if :: claimed != NOBODY -> goto execute :: else fi }
    OR_WORKER_DIES
    fi
  :: atomic { freed[s] == 0 }
  OR_WORKER_DIES
  fi;

  /* the ticket (its line of words is one word here), */
  do
  :: atomic { ticket[s] < NCHUNKS -> t = AT(s, ticket[s]); ticket[s]++ } /* W2 */
    if
    :: atomic { try_claim(t); t = 0; if :: claimed != NOBODY -> goto execute :: else fi }
    OR_WORKER_DIES
    fi
  :: atomic { ticket[s] >= NCHUNKS -> break }
  OR_WORKER_DIES
  od;

  /* the sweep: any FREE word above the mark, for each worker starts at a place of its own. */
  if
  :: atomic {
    t = ABOVE_MARK(s, e);
    if
#ifndef M_NO_SWEEP
    :: t <= 0 && CLAIMABLE(AT(s, 0), e) -> try_claim(AT(s, 0))
    :: NCHUNKS > 1 && t <= 1 && CLAIMABLE(AT(s, 1 % NCHUNKS), e) -> try_claim(AT(s, 1 % NCHUNKS))
    :: NCHUNKS > 2 && t <= 2 && CLAIMABLE(AT(s, 2 % NCHUNKS), e) -> try_claim(AT(s, 2 % NCHUNKS))
#endif
    :: else -> forget(); goto end_asleep
    fi;
    t = 0
  }
  OR_WORKER_DIES
  fi;

execute: /* W4, rule 2 */
  if
  :: atomic {
    assert(claimed != NOBODY);
    holding[w] = claimed + 1;
    executes[w] = claimed + 1;
    ASSERT_MAY_WRITE(claimed);
#if RETRIES == 0
    assert(written[claimed] == 0); /* rule 9: what may have been applied is not applied again */
#endif
    written[claimed] = 1
  }
#if STUCKS > 0
  :: atomic { stucks > 0 -> stucks--; stuck[w] = true; holding[w] = claimed + 1 }
    atomic { MUST_DIE(w) -> die(); goto end_dead }
#endif
  OR_WORKER_DIES
  fi;
  if /* W5 */
  :: atomic { ASSERT_MAY_WRITE(claimed); written[claimed] = 2; executes[w] = 0 }
  OR_WORKER_DIES
  fi;
  if /* W6; rule 2: a commit cannot fail */
  :: atomic {
    assert(state[claimed] == LEASED && owner[claimed] == ME(w) && epoch[claimed] == e);
    assert(written[claimed] == 2);
    assert(MARK_IS_BELOW(claimed));
    state[claimed] = COMMITTED; written[claimed] = 3;
    holding[w] = 0; claimed = NOBODY
  }
  OR_WORKER_DIES
  fi;
#ifdef M_DONE_COUNTER
  if
  :: atomic { done_counter[s]++ }
  OR_WORKER_DIES
  fi;
#endif
  /* W7: the scan that follows its own commit. The signal (W8, W9) is a hint: the client's wait is timed. */
  if
  :: atomic {
    look(s, e, k, old_epoch, old_index);
#ifdef M_MARK_UNSEEN
    k = ticket[s];
#endif
    if
    :: GROWS(s, e, k, old_epoch, old_index)
    :: else -> k = 0; old_epoch = 0; old_index = 0; goto next
    fi
  }
  OR_WORKER_DIES
  fi;
  if
  :: atomic { advance(s, e, k, old_epoch, old_index) }
  OR_WORKER_DIES
  fi;
next: /* more of this job, without another look at the slot; or another one's turn */
  if
  :: goto again
  :: atomic { forget(); goto end_asleep }
  fi;

end_dead:
  atomic { life[w] == STARTING -> goto start }
}

/* ---- Clients ------------------------------------------------------------------------------------------- */

#define OR_CLIENT_DIES                  \
  ::atomic {                            \
    CLIENTS_DIE && deaths > 0 ->        \
    deaths--;                           \
    if                                  \
    :: connected -> orphans++           \
    :: else                             \
    fi;                                 \
    go();                               \
    goto end_gone                       \
  }

/* The kernel frees the lock of whoever goes, in whatever way. */
inline go() {
  gone++;
  if
  :: lock[s] == me + 1 -> lock[s] = 0
  :: else
  fi;
  s = 0; e = 0; c = 0; k = 0; old_epoch = 0; old_index = 0; jobs = 0; connected = false
}

/* FREE becomes CLOSED. */
inline close(x) { assert(MARK_IS_BELOW(x)); state[x] = CLOSED }

/* Rule 3: a job is done when every word of its epoch is terminal. */
#ifdef M_DONE_COUNTER
#define DONE(s) (done_counter[s] == NCHUNKS)
#define LOOK_PAYS(s, e) (done_counter[s] == NCHUNKS)
#else
#define DONE(s) (k == NCHUNKS)
#define LOOK_PAYS(s, e) (ABOVE_MARK(s, e) == NCHUNKS || TERMINAL(AT(s, ABOVE_MARK(s, e) % NCHUNKS)))
#endif
#define IS_UNWRITTEN(x, unused) (written[x] != 3)

/* With HAND_OVER a worker lets go of the descriptor of the supervisor's lock that it inherited when it has
   its own lock; until then the supervisor's is held. Then it need not look at it. */
#define IS_STARTING(w) (life[w] == STARTING)
#ifdef HAND_OVER
#define SUPERVISOR_UNLOCKED (!supervisor_lives && !ANY_WORKER(IS_STARTING))
#else
#define SUPERVISOR_UNLOCKED (!supervisor_lives)
#endif

proctype Client(byte me) {
  byte s, e, c, k, old_epoch, old_index, jobs;
  bool connected = false;

connect: /* It passes over a slot that is not VACANT, though its lock may be free. */
  if
#ifdef M_SLOT_TAKEN_UNSEEN
  :: atomic { lock[0] == 0 -> s = 0 }
#else
  :: atomic { slot[0] == VACANT -> s = 0 }
#endif
#if NSLOTS > 1
  :: atomic { slot[1] == VACANT -> s = 1 }
#endif
  :: atomic { SUPERVISOR_UNLOCKED -> goto returned }
  OR_CLIENT_DIES
  fi;
  if /* C1 */
  :: atomic { lock[s] == 0 -> lock[s] = me + 1 }
  :: atomic { lock[s] != 0 -> s = 0; goto connect }
  OR_CLIENT_DIES
  fi;
  if /* C2 */
#ifdef M_SLOT_TAKEN_UNSEEN
  :: atomic { slot[s] = IDLE; connected = true }
#else
  :: atomic { slot[s] == VACANT -> slot[s] = IDLE; connected = true }
  :: atomic { slot[s] != VACANT -> lock[s] = 0; s = 0; goto connect }
#endif
  OR_CLIENT_DIES
  fi;
  /* C3, C4: the serial stands in the slot before the name appears. */
#ifdef M_NAME_FIRST
  if
  :: atomic { segment[s] = true }
  OR_CLIENT_DIES
  fi;
#endif
  if
  :: atomic { serial[s] = true }
  OR_CLIENT_DIES
  fi;
#ifndef M_NAME_FIRST
  if
  :: atomic { assert(!segment[s]); segment[s] = true }
  OR_CLIENT_DIES
  fi;
#endif

  do
  :: jobs < NJOBS ->
    /* C5, rule 6: words are filled again only when all of them are terminal. A word that a dead client has
       filled, and that was never published, is in a job memory that nobody has mapped. */
    atomic { e = slot_epoch[s] + 1; c = 0 };
    do
    :: atomic {
      c < NCHUNKS ->
      assert(state[AT(s, c)] != LEASED && (state[AT(s, c)] != FREE || epoch[AT(s, c)] == e));
      assert(executes[0] != AT(s, c) + 1 && executes[1 % NWORKERS] != AT(s, c) + 1 &&
             executes[2 % NWORKERS] != AT(s, c) + 1);
      state[AT(s, c)] = FREE; epoch[AT(s, c)] = e; attempt[AT(s, c)] = 0; owner[AT(s, c)] = 0;
      written[AT(s, c)] = 0;
      c++
    }
    :: atomic { c == NCHUNKS -> c = 0; break }
    OR_CLIENT_DIES
    od;
    if
    :: atomic {
      ticket[s] = 0; freed[s] = 0;
#ifdef M_DONE_COUNTER
      done_counter[s] = 0;
#endif
#ifdef M_MARK_WITHOUT_EPOCH
      mark_epoch[s] = e;
#endif
      description_a[s] = JOB(me, e)
    }
    OR_CLIENT_DIES
    fi;
    if
    :: atomic { description_b[s] = JOB(me, e) }
    OR_CLIENT_DIES
    fi;
    if /* C6 */
    :: atomic { assert(slot[s] == IDLE && lock[s] == me + 1); slot[s] = RUNNING; slot_epoch[s] = e }
    OR_CLIENT_DIES
    fi;

watch:
    if
    :: atomic { LOOK_PAYS(s, e) -> look(s, e, k, old_epoch, old_index) }
    :: atomic { timeouts > 0 -> timeouts--; goto give_up }
    :: atomic { SUPERVISOR_UNLOCKED -> goto pool_lost }
    OR_CLIENT_DIES
    fi;
    if /* C7 */
    :: atomic {
      c = DONE(s);
      advance(s, e, k, old_epoch, old_index);
      if
      :: c -> c = 0
      :: else -> goto watch
      fi
    }
    OR_CLIENT_DIES
    fi;
    if /* C8 */
    :: atomic {
      assert(!ANY_CHUNK(IS_OPEN, s, 0));
      assert(ANY_CHUNK(IS_POISON, s, 0) || (!ANY_CHUNK(IS_UNWRITTEN, s, 0)));
      assert(slot[s] == RUNNING && slot_epoch[s] == e && lock[s] == me + 1);
      slot[s] = IDLE
    }
    OR_CLIENT_DIES
    fi;
    goto finished;

give_up: /* C9 */
    if
#ifdef M_REFILL_EARLY
    :: atomic { slot[s] = IDLE; goto finished }
#else
    :: atomic { assert(slot[s] == RUNNING); slot[s] = DRAINING }
#endif
    OR_CLIENT_DIES
    fi;
    do /* FREE words are closed, and again when recovery has freed more of them; leases run out. */
    :: atomic {
      c == 0 && ANY_CHUNK(IS_FREE, s, e) ->
      if
      :: IS_FREE(AT(s, 0), e) -> close(AT(s, 0))
      :: NCHUNKS > 1 && IS_FREE(AT(s, 1 % NCHUNKS), e) -> close(AT(s, 1 % NCHUNKS))
      :: NCHUNKS > 2 && IS_FREE(AT(s, 2 % NCHUNKS), e) -> close(AT(s, 2 % NCHUNKS))
      fi
    }
#ifdef M_CLOSE_ONCE
    :: atomic { c == 0 && !ANY_CHUNK(IS_FREE, s, e) -> c = 1 }
#endif
    :: atomic { !ANY_CHUNK(IS_OPEN, s, 0) -> assert(slot[s] == DRAINING); slot[s] = IDLE; c = 0; break }
    :: atomic { SUPERVISOR_UNLOCKED -> c = 0; goto pool_lost }
    OR_CLIENT_DIES
    od;
finished:
    atomic { e = 0; jobs++ }
  :: else -> break
  od;

  if /* C10 */
  :: atomic { segment[s] = false }
  OR_CLIENT_DIES
  fi;
  if
  :: atomic { assert(slot[s] == IDLE); serial[s] = false; slot[s] = VACANT; connected = false }
  OR_CLIENT_DIES
  fi;
  goto returned;

pool_lost: /* Rule 8: it looks at each worker's lock, one after the other, until none is left. */
#ifndef M_LOST_EARLY
  do
  :: atomic { c < NWORKERS && life[c] != ALIVE -> c++ }
  :: atomic { c == NWORKERS -> c = 0; break }
  OR_CLIENT_DIES
  od;
#endif
  atomic { lost[s] = true };

returned:
  atomic { go() };
end_gone:
  skip
}

/* ---- The supervisor ------------------------------------------------------------------------------------ */

#define OR_SUPERVISOR_DIES              \
  ::atomic {                            \
    SUPERVISOR_DIES && deaths > 0 ->    \
    deaths--;                           \
    supervisor_lives = false;           \
    if                                  \
    :: lock[s] == SUPERVISOR -> lock[s] = 0 \
    :: else                             \
    fi;                                 \
    x = 0; s = 0;                       \
    goto end_dead                       \
  }

/* Rule 4: a lease of a worker that was reaped, in a slot that is RUNNING or DRAINING. */
#ifdef M_LEASE_BY_TIME
#define PROVEN_DEAD(w) true
#elif defined(M_REUSE_EARLY)
bool late[NWORKERS]; /* recovery comes after another worker has got the slot */
#define PROVEN_DEAD(w) (life[w] == REAPED || late[w])
#else
#define PROVEN_DEAD(w) (life[w] == REAPED)
#endif
#define IS_LEASED_BY(x, w) (state[x] == LEASED && owner[x] == ME(w))
#ifdef M_TRUST_HOLDING
#define IS_FOUND(x, w) (IS_LEASED_BY(x, w) && holding[w] == (x) + 1)
#else
#define IS_FOUND(x, w) IS_LEASED_BY(x, w)
#endif
#define IS_RECOVERABLE(x, w) (ACTIVE(SLOT_OF(x)) && IS_FOUND(x, w))

/* What the supervisor could do about the slot of a dead client. */
#define WORK_LEFT(s)                                                                                     \
  (lock[s] == 0 && (slot[s] == IDLE || slot[s] == RUNNING ||                                             \
                    slot[s] == DRAINING && (ANY_CHUNK(IS_FREE, s, slot_epoch[s]) || DRAINED(s))))
#ifdef M_VACATE_EARLY
#define DRAINED(s) true
#else
#define DRAINED(s) (!ANY_CHUNK(IS_OPEN, s, 0))
#endif

/* S3, S4: reaps a worker; recovers its word: it says which one it holds, but all are looked at (a worker has
   at most one); starts another. Rule 5: only after that is its slot used again, under a new incarnation. */
#ifdef M_REUSE_EARLY
#define MAY_RESPAWN(w) true
#define RESPAWN(w) life[w] = STARTING; late[w] = true
#else
#define RESPAWN(w) life[w] = STARTING
#define MAY_RESPAWN(w) (!ANY_WORD(IS_RECOVERABLE, w))
#endif
#define CARE_FOR(w)                                                                          \
  ::atomic { life[w] == DEAD -> life[w] = REAPED }                                           \
  ::atomic { PROVEN_DEAD(w) && ANY_WORD(IS_RECOVERABLE, w) -> recover(w) };                  \
    if                                                                                       \
    ::atomic { x > 0 -> freed[SLOT_OF(x - 1)] = x; x = 0 } /* R1, R2: the freed hint */      \
    ::atomic { x == 0 }                                                                      \
    OR_SUPERVISOR_DIES                                                                       \
    fi                                                                                       \
  ::atomic {                                                                                 \
    life[w] == REAPED && MAY_RESPAWN(w) ->                                                   \
    assert(RESPAWN_CHECK(w));                                                                \
    incarnation[w] = (incarnation[w] + 1) % INCARNATIONS;                                    \
    holding[w] = 0;                                                                          \
    RESPAWN(w)                                                                               \
  }                                                                                          \
  ::atomic { STUCKS > 0 && stuck[w] && !killed[w] -> killed[w] = true } /* rule 4 */
#if defined(M_REUSE_EARLY) || defined(M_TRUST_HOLDING)
#define RESPAWN_CHECK(w) true
#else
#define RESPAWN_CHECK(w) (!ANY_WORD(IS_LEASED_BY, w)) /* in whatever slot */
#endif

/* LEASED -> FREE, one attempt more, or POISON. x becomes 1 + the word that was freed. */
inline recover(w) {
  x = 0;
  do
  :: IS_RECOVERABLE(x, w) -> break
  :: else -> x++
  od;
  assert(MARK_IS_BELOW(x));
  attempt[x]++;
  if
  :: attempt[x] > RETRIES -> state[x] = POISON; x = 0
  :: else -> state[x] = FREE; x++
  fi
}

/* Rule 7. It takes the slot's lock for each step, so that the client is dead; each can be done again. */
#define TAKE_OVER(n)                                                     \
  ::atomic { WORK_LEFT(n) -> s = n; lock[n] = SUPERVISOR };              \
    if                                                                   \
    ::atomic { clean_up(); lock[s] = 0; s = 0 }                          \
    OR_SUPERVISOR_DIES                                                   \
    fi

inline clean_up() {
  if
  :: slot[s] == RUNNING -> slot[s] = DRAINING /* S5, S6 */
  :: slot[s] == DRAINING && IS_FREE(AT(s, 0), slot_epoch[s]) -> close(AT(s, 0))
  :: slot[s] == DRAINING && NCHUNKS > 1 && IS_FREE(AT(s, 1 % NCHUNKS), slot_epoch[s]) ->
    close(AT(s, 1 % NCHUNKS))
  :: slot[s] == DRAINING && NCHUNKS > 2 && IS_FREE(AT(s, 2 % NCHUNKS), slot_epoch[s]) ->
    close(AT(s, 2 % NCHUNKS))
  :: (slot[s] == IDLE || slot[s] == DRAINING && DRAINED(s)) && serial[s] && segment[s] ->
    segment[s] = false /* S7 */
  :: (slot[s] == IDLE || slot[s] == DRAINING && DRAINED(s)) && !(serial[s] && segment[s]) ->
    assert(!segment[s]); /* no name that the slot does not know */
    serial[s] = false; slot[s] = VACANT; orphans-- /* S8 */
  :: else /* what was to be done has been done by its client before it died, or by nobody yet */
  fi
}

active proctype Supervisor() {
  byte x, s;
  atomic {
    run Worker(0);
#if NWORKERS > 1
    run Worker(1);
#endif
#if NWORKERS > 2
    run Worker(2);
#endif
    run Client(0);
#if NCLIENTS > 1
    run Client(1);
#endif
#if NCLIENTS > 2
    run Client(2);
#endif
  };
end_tick:
  do
  CARE_FOR(0)
#if NWORKERS > 1
  CARE_FOR(1)
#endif
#if NWORKERS > 2
  CARE_FOR(2)
#endif
#ifndef M_NO_REAPING
  TAKE_OVER(0)
#if NSLOTS > 1
  TAKE_OVER(1)
#endif
#endif
  OR_SUPERVISOR_DIES
  od;
end_dead:
  skip
}

/* ---- What must come about ------------------------------------------------------------------------------ */

#ifdef LIVENESS
/* Whoever has only its death before it would have to die for the sake of fairness. So the deaths end at some
   time. */
active proctype Mercy() {
  atomic { deaths = 0; timeouts = 0; stucks = 0 }
}
ltl returns { <>(gone == NCLIENTS) }
ltl vacated { [](orphans > 0 -> <>(orphans == 0 || !supervisor_lives)) }
#else
/* When nothing moves any more, every client has returned and the slots of the dead have been vacated. */
active proctype Judge() {
end_judge:
  atomic { timeout -> assert(gone == NCLIENTS && (orphans == 0 || !supervisor_lives)) }
}
#endif
