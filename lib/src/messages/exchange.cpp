#include "messages/exchange.hpp"

#include <algorithm>
#include <cstring>

#include <shmkit/error.hpp>

#include "messages/fault_point.hpp"
#include "queue/prefetch.hpp"

namespace shmkit::messages {
namespace {

// So far ahead that the line is there when it is needed.
constexpr std::uint64_t kAhead = 3;

}  // namespace

Exchange::Exchange(const QueueMemory& memory, std::uint32_t seat)
    : memory_(memory),
      seat_(seat),
      // Apart from others.
      next_box_(memory.geometry().boxes / memory.geometry().seats * seat) {
  for (std::uint32_t lane = 0; lane < memory.geometry().lanes; ++lane) lanes_.emplace_back(memory_, lane);
}

BoxWord Exchange::look(std::uint32_t box) const {
  const BoxWord word = unpack_box(memory_.box(box).word.load(std::memory_order_seq_cst));
  if (word.state > BoxState::returned || word.lane >= memory_.geometry().lanes)
    throw_damaged("a box has no state");
  return word;
}

// PLACED alone does not say it: its producer may still be trying.
bool Exchange::is_queued(const BoxWord& word, std::uint32_t box) const {
  return word.state == BoxState::placed && lanes_[word.lane].names(word.place, box);
}

// Producers.

QueueStatus Exchange::try_put(std::span<const std::byte> message, std::uint32_t lane) {
  if (memory_.door().closed.load(std::memory_order_seq_cst) != 0) return QueueStatus::closed;
  const auto spot = lanes_[lane].end();
  if (!spot) return QueueStatus::closed;
  if (is_full_at(lane, spot->place)) return QueueStatus::full;
  const auto box = claim_box();
  if (!box) return QueueStatus::full;
  write(*box, message);
  const QueueStatus status = append(*box, lane, *spot);
  if (status != QueueStatus::ok) give_up(*box);
  return status;
}

bool Exchange::is_full_at(std::uint32_t lane, Place place) {
  if (!lanes_[lane].is_full_at(place)) return false;
  front_waits(lane);  // The head that everybody knows may lag.
  lanes_[lane].tell_head();
  return lanes_[lane].is_full_at(place);
}

bool Exchange::has_room(std::uint32_t lane) {
  const auto spot = lanes_[lane].end();
  return !spot || !is_full_at(lane, spot->place);
}

std::optional<std::uint32_t> Exchange::claim_box() {
  const std::uint64_t boxes = memory_.geometry().boxes;
  for (std::uint64_t looks = 0; looks < boxes; ++looks) {
    const auto box = static_cast<std::uint32_t>(next_box_);
    next_box_ = next_box_ + 1 == boxes ? 0 : next_box_ + 1;
    queue::prefetch_to_write(&memory_.box(std::min(next_box_ + kAhead, boxes - 1)));
    Word& word = memory_.box(box).word;
    std::uint64_t seen = word.load(std::memory_order_relaxed);
    if (unpack_box(seen).state != BoxState::free) continue;
    // Acquire: "the last reader is done with the bytes".
    if (!word.compare_exchange_strong(seen, pack({BoxState::filling, 0, seat_, 0}),
                                      std::memory_order_acquire))
      continue;
    fault_point(FaultPoint::box_claimed);
    return box;
  }
  return std::nullopt;
}

void Exchange::write(std::uint32_t number, std::span<const std::byte> message) noexcept {
  Box& box = memory_.box(number);
  box.size = static_cast<std::uint32_t>(message.size());
  box.returns = 0;
  if (!message.empty()) std::memcpy(box.bytes(), message.data(), message.size());
}

QueueStatus Exchange::append(std::uint32_t box, std::uint32_t number, Lane::Spot spot) {
  fault_point(FaultPoint::message_written);
  Lane& lane = lanes_[number];
  for (;;) {
    // Nobody else writes to it: as long as no cell names it, its seat has it. The cell releases it.
    memory_.box(box).word.store(pack({BoxState::placed, number, seat_, spot.place}),
                                std::memory_order_relaxed);
    fault_point(FaultPoint::place_chosen);
    if (lane.claim(spot, box)) return QueueStatus::ok;
    const auto next_spot = lane.end();
    if (!next_spot) return QueueStatus::closed;
    if (is_full_at(number, next_spot->place)) return QueueStatus::full;
    spot = *next_spot;
  }
}

void Exchange::give_up(std::uint32_t box) {
  memory_.box(box).word.store(pack(BoxWord{}), std::memory_order_release);
  fault_point(FaultPoint::put_refused);
}

// Consumers.

bool Exchange::front_waits(std::uint32_t number) {
  Lane& lane = lanes_[number];
  for (;;) {
    const Lane::Front front = lane.front();
    if (front.found != Lane::Found::box) return false;
    const BoxWord word = look(front.box);
    if (word.state == BoxState::placed && word.lane == number && word.place == front.place) return true;
    lane.pass(front.place);
  }
}

QueueStatus Exchange::take_from(std::uint32_t number, Taken& taken) {
  Lane& lane = lanes_[number];
  for (;;) {
    const Lane::Front front = lane.front();
    if (front.found == Lane::Found::nothing) return QueueStatus::empty;
    if (front.found == Lane::Found::closed) return QueueStatus::closed;
    Word& word = memory_.box(front.box).word;
    std::uint64_t seen = word.load(std::memory_order_acquire);
    const BoxWord box = unpack_box(seen);
    const bool waits = box.state == BoxState::placed && box.lane == number && box.place == front.place;
    const std::uint64_t mine = pack({BoxState::taken, number, seat_, front.place});
    // Release too: "the message, as its dead reader had it". Sequentially consistent, before the bell for
    // room is looked at.
    const bool won = waits && word.compare_exchange_strong(seen, mine, std::memory_order_seq_cst);
    if (won) fault_point(FaultPoint::message_taken);
    lane.pass(front.place);
    if (!won) continue;
    if (const auto coming = lane.coming()) queue::prefetch_to_write(&memory_.box(*coming));
    taken = {front.box, number};
    return QueueStatus::ok;
  }
}

QueueStatus Exchange::take_first(std::uint32_t lowest, Taken& taken) {
  bool all_closed = true;
  for (std::uint32_t lane = memory_.geometry().lanes; lane-- > lowest;) {
    QueueStatus status = take_from(lane, taken);
    if (status == QueueStatus::empty && memory_.door().closed.load(std::memory_order_seq_cst) != 0) {
      close_lane(lane);  // Whoever began to close may be dead.
      status = take_from(lane, taken);
    }
    if (status == QueueStatus::ok) return status;
    all_closed = all_closed && status == QueueStatus::closed;
  }
  return all_closed ? QueueStatus::closed : QueueStatus::empty;
}

QueueStatus Exchange::try_take(Taken& taken) {
  const Door& door = memory_.door();
  // Acquire: "the RETURNED boxes". Sequentially consistent, after a sleeper's bell bit.
  const bool swept =
      door.returns.load(std::memory_order_seq_cst) == door.swept.load(std::memory_order_relaxed);
  return swept ? take_first(0, taken) : take_with_returned(taken);
}

QueueStatus Exchange::take_with_returned(Taken& taken) {
  Door& door = memory_.door();
  for (;;) {
    const std::uint64_t as_of = door.returns.load(std::memory_order_seq_cst);
    const auto first = first_returned();
    if (!first) {
      door.swept.store(as_of, std::memory_order_relaxed);
      return take_first(0, taken);
    }
    if (first->what.lane + 1 < memory_.geometry().lanes &&
        take_first(first->what.lane + 1, taken) == QueueStatus::ok)
      return QueueStatus::ok;
    if (!take_returned(*first)) continue;
    taken = first->what;
    return QueueStatus::ok;
  }
}

std::optional<Exchange::Returned> Exchange::first_returned() const {
  std::optional<BoxWord> best;
  std::uint32_t best_box = 0;
  for (std::uint32_t box = 0; box < memory_.geometry().boxes; ++box) {
    const BoxWord word = look(box);
    if (word.state != BoxState::returned) continue;
    const bool better =
        !best || word.lane > best->lane || (word.lane == best->lane && distance(word.place, best->place) < 0);
    if (!better) continue;
    best = word;
    best_box = box;
  }
  if (!best) return std::nullopt;
  return Returned{pack(*best), {best_box, best->lane}};
}

bool Exchange::take_returned(const Returned& first) {
  BoxWord mine = unpack_box(first.word);
  mine.state = BoxState::taken;
  mine.seat = seat_;
  std::uint64_t expected = first.word;
  // Acquire: "the message, as its dead reader had it"; release for the next one.
  const bool won = memory_.box(first.what.box)
                       .word.compare_exchange_strong(expected, pack(mine), std::memory_order_acq_rel);
  if (won) fault_point(FaultPoint::message_taken);
  return won;
}

bool Exchange::anything_waits() {
  for (std::uint32_t lane = 0; lane < memory_.geometry().lanes; ++lane) {
    if (front_waits(lane)) return true;
  }
  return false;
}

MessageQueue::Message Exchange::message(const Taken& taken) const {
  Box& box = memory_.box(taken.box);
  const std::uint32_t size = box.size;
  if (size > memory_.geometry().message_bytes) throw_damaged("a message is too long");
  return {QueueStatus::ok, {box.bytes(), size}, taken.lane, box.returns};
}

void Exchange::acknowledge(std::uint32_t number) {
  Word& word = memory_.box(number).word;
  const BoxWord box = unpack_box(word.load(std::memory_order_relaxed));
  if (box.state != BoxState::taken || box.seat != seat_)
    throw_damaged("a message was taken away from its holder");
  // A store will do: nobody else writes to what a living seat has taken.
  // Release: "the last reader is done with the bytes", "what was put before the acknowledgement".
  word.store(pack(BoxWord{}), std::memory_order_release);
  fault_point(FaultPoint::message_done);
}

// The end.

void Exchange::close() {
  memory_.door().closed.store(1, std::memory_order_seq_cst);
  fault_point(FaultPoint::close_flagged);
  for (std::uint32_t lane = 0; lane < memory_.geometry().lanes; ++lane) close_lane(lane);
  fault_point(FaultPoint::lanes_closed);
}

void Exchange::close_lane(std::uint32_t number) {
  Lane& lane = lanes_[number];
  while (const auto spot = lane.end()) {
    if (lane.claim(*spot, kClosed)) fault_point(FaultPoint::lane_closed);
  }
}

// Nothing is put any more, so what was seen FREE stays so.
bool Exchange::is_exhausted() const {
  for (std::uint32_t box = 0; box < memory_.geometry().boxes; ++box) {
    const BoxWord word = look(box);
    if (word.state == BoxState::returned || (word.state == BoxState::taken && word.seat != seat_))
      return false;
  }
  return true;
}

bool Exchange::is_unfinished() {
  if (anything_waits()) return true;
  std::vector<std::optional<Place>> ends;
  const auto end_of = [&](std::uint32_t lane) -> std::optional<Place> {
    const auto spot = lanes_[lane].end();
    return spot ? std::optional(spot->place) : std::nullopt;
  };
  for (std::uint32_t lane = 0; lane < memory_.geometry().lanes; ++lane) ends.push_back(end_of(lane));
  for (std::uint32_t box = 0; box < memory_.geometry().boxes; ++box) {
    // Acquire: "what was put before the acknowledgement".
    const BoxWord word = look(box);
    if (word.state == BoxState::taken || word.state == BoxState::returned || is_queued(word, box))
      return true;
    fault_point(FaultPoint::box_looked_at);
  }
  for (std::uint32_t lane = 0; lane < memory_.geometry().lanes; ++lane) {
    if (end_of(lane) != ends[lane]) return true;
  }
  return false;
}

std::uint64_t Exchange::size() {
  std::uint64_t waiting = 0;
  for (std::uint32_t lane = 0; lane < memory_.geometry().lanes; ++lane) {
    if (front_waits(lane)) waiting += lanes_[lane].length();
  }
  const Door& door = memory_.door();
  if (door.returns.load(std::memory_order_acquire) == door.swept.load(std::memory_order_relaxed))
    return waiting;
  for (std::uint32_t box = 0; box < memory_.geometry().boxes; ++box)
    waiting += look(box).state == BoxState::returned ? 1 : 0;
  return waiting;
}

// Recovery.

void Exchange::recover(std::uint32_t seat) {
  for (std::uint32_t box = 0; box < memory_.geometry().boxes; ++box) recover_box(box, seat);
  // Release: "the RETURNED boxes". Also where there is none: the last one to recover this seat may have died.
  memory_.door().returns.fetch_add(1, std::memory_order_seq_cst);
  fault_point(FaultPoint::returns_told);
}

void Exchange::recover_box(std::uint32_t number, std::uint32_t seat) {
  const BoxWord was = look(number);
  if (was.seat != seat) return;
  Box& box = memory_.box(number);
  std::uint64_t expected = pack(was);
  if (was.state == BoxState::filling || (was.state == BoxState::placed && !is_queued(was, number))) {
    if (box.word.compare_exchange_strong(expected, pack(BoxWord{}), std::memory_order_acq_rel))
      fault_point(FaultPoint::box_freed);
  } else if (was.state == BoxState::taken) {
    ++box.returns;
    BoxWord back = was;
    back.state = BoxState::returned;
    // Release: "the message, as its dead reader had it".
    if (box.word.compare_exchange_strong(expected, pack(back), std::memory_order_acq_rel))
      fault_point(FaultPoint::box_returned);
  }
}

}  // namespace shmkit::messages
